/* Lines parsed ahead: the same effects, and of bad ones the same message. */
#include "test.h"

#include "ssp.h"

static struct ssp *start(const struct ssp_options *options)
{
    char *plan = test_quotes("{'id':'v','format':'delta','root':{'op':'scan','table':'t\\n'}}");
    char *bytes = test_padded(plan, strlen(plan));
    struct ssp_error error;
    struct ssp *ssp = ssp_new(options, &error);

    assert_non_null(ssp);
    assert_int_equal(ssp_plan(ssp, "plan", bytes, strlen(plan), &error), SSP_OK);
    free(plan);
    free(bytes);
    ssp_start(ssp);
    return ssp;
}

static const char *const lines[] = {
    "{\"table\":\"t\\n\",\"op\":\"create\",\"id\":\"a\\u0022b\",\"record\":{\"x\":{\"y\":[1]},"
    "\"z\":1.0}}",
    "{\"table\":\"t\\n\",\"op\":\"create\",\"id\":1e1,\"record\":{}, \"ts\": 7, \"txn\": \"a\"}",
    "{\"table\":\"t\\n\",\"op\":\"create\",\"id\":\"\",\"data\":{\"k\":\"\\ud83d\\ude00\"},\"txn\":"
    "\"a\"}",
    "{\"table\":\"t\\n\",\"op\":\"patch\",\"id\":10,\"record\":{\"x\":null,\"y\":2},\"txn\":[1, "
    "2]}",
    "{\"table\":\"t\\n\",\"op\":\"update\",\"id\":\"t\",\"record\":{},\"version\":3}",
    "{\"table\":\"t\\n\",\"op\":\"update\",\"id\":\"t\",\"record\":{\"a\":1},\"version\":2}",
    "{\"op\":\"flush\"}",
    "{\"table\":\"t\\n\",\"op\":\"create\",\"id\":\"p:1\",\"record\":{}}",
    "{\"table\":\"t\\n\",\"op\":\"create\",\"id\":\"q:1\",\"record\":{}}",
    "{\"table\":\"t\\n\",\"op\":\"create\",\"id\":true,\"record\":{}}",
    "{\"table\":\"t\\n\",\"op\":\"create\",\"id\":5,\"record\":{},\"ts\":\"never\"}",
    "{\"table\":\"t\\n\",\"op\":\"create\",\"id\":5,\"record\":{\"a\":1,\"a\":2},\"ts\":8}",
    "{\"op\":\"begin\"}",
    "{\"op\":\"truncate\",\"table\":\"t\\n\",\"ts\":99}",
    "{\"op\":\"snapshot\",\"view_id\":\"v\"}",
    "{\"op\":\"rollback\"}",
    "{\"op\":\"snapshot\",\"view_id\":\"v\"}",
    "{\"op\":\"register\",\"view\":{\"id\":\"w\",\"root\":{\"op\":\"scan\"}}}",
    "{\"op\":\"register\",\"view\":{\"id\":\"w\",\"root\":{\"op\":\"scan\",\"table\":\"t\\n\"}}}",
    "{\"table\":\"t\\n\",\"op\":\"delete\",\"id\":10",
    "",
    "{\"op\":\"truncate\",\"table\":\"t\\n\"}",
};

/* The i-th line through ssp_line() and through the j-th of the block. */
static void check_line(struct ssp *alone, struct ssp *ahead, const struct ssp_block *block,
                       size_t i, size_t j)
{
    size_t size = strlen(lines[i]);
    char *bytes = test_padded(lines[i], size);
    struct ssp_error x = {0};
    struct ssp_error y = {0};
    size_t x_size;
    size_t y_size;
    const char *x_out;
    const char *y_out;

    assert_memory_equal(ssp_block_line(block, j, &x_size), lines[i], size);
    assert_int_equal(x_size, size);
    assert_int_equal(ssp_line(alone, "log", i, bytes, size, &x),
                     ssp_line_ahead(ahead, "log", i, block, j, &y));
    assert_string_equal(x.message, y.message);
    assert_int_equal(x.line, y.line);
    assert_int_equal(x.column, y.column);
    assert_int_equal(x.torn, y.torn);
    x_out = ssp_output(alone, &x_size);
    y_out = ssp_output(ahead, &y_size);
    assert_int_equal(x_size, y_size);
    if (x_size)
        assert_memory_equal(x_out, y_out, x_size);
    free(bytes);
}

static void add_line(struct ssp_block *block, struct ssp_parser *parser, size_t i)
{
    char *bytes = test_padded(lines[i], strlen(lines[i]));

    ssp_block_add(block, parser, bytes, strlen(lines[i]));
    free(bytes);
}

static void check(const struct ssp_options *options)
{
    struct ssp *alone = start(options);
    struct ssp *ahead = start(options);
    struct ssp_parser *parser = ssp_parser_new(ahead);
    struct ssp_block *block = ssp_block_new();
    size_t size;

    for (size_t i = 0; i < LENGTH(lines); i++)
        add_line(block, parser, i);
    for (size_t i = 0; i < LENGTH(lines); i++)
        check_line(alone, ahead, block, i, i);
    for (size_t i = 0; i < LENGTH(lines); i++) {
        ssp_block_clear(block);
        add_line(block, parser, i);
        check_line(alone, ahead, block, i, 0);
    }
    (void)ssp_output(alone, &size);
    assert_true(size > 1000);
    ssp_block_free(block);
    ssp_parser_free(parser);
    ssp_free(alone);
    ssp_free(ahead);
}

static void test_a_line_parsed_ahead_does_the_same(void **state)
{
    (void)state;
    check(&(struct ssp_options){.batch = 1});
    check(&(struct ssp_options){.batch = 2, .strict = true, .seq = true});
    check(&(struct ssp_options){.batch_on = "txn", .verify = 1});
    check(&(struct ssp_options){.window = "1s", .window_on = "ts", .keep_prefix = true});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_line_parsed_ahead_does_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
