/* A plan, a NUL, a log: what the command does with them, every step compared with a recomputation.
 * The same again without coalescing, and with another hash seed, must write the same. */
#include "input.h"

struct written {
    char *bytes;
    size_t size;
};

/* All that is written; NULL: the plan is refused. */
static struct written run(const struct ssp_options *options, const uint8_t *data, size_t plan,
                          size_t size)
{
    struct ssp_error error;
    struct ssp *ssp = ssp_new(options, &error);
    struct written written = {NULL, 0};
    const char *bytes;

    if (input_give(ssp, data, plan, true) == SSP_OK) {
        const uint8_t *at = data + plan + (plan < size);
        const uint8_t *end = data + size;

        ssp_start(ssp);
        while (at < end) {
            const uint8_t *newline = memchr(at, '\n', (size_t)(end - at));
            const uint8_t *stop = newline ? newline : end;

            (void)input_give(ssp, at, (size_t)(stop - at), false);
            at = stop + (newline != NULL);
        }
        (void)ssp_end(ssp, &error);
        bytes = ssp_messages(ssp, &written.size);
        if (ssp_counters(ssp).differences) {
            (void)fprintf(stderr, "%.*s", (int)written.size, bytes);
            abort();
        }
        bytes = ssp_output(ssp, &written.size);
        written.bytes = malloc(written.size + 1);
        if (!written.bytes)
            abort();
        if (written.size)
            memcpy(written.bytes, bytes, written.size);
    }
    ssp_free(ssp);
    return written;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
    size_t plan = nul ? (size_t)(nul - data) : size;
    struct ssp_options options = input_options(size);
    struct written first;
    struct written second;

    options.verify = 1;
    first = run(&options, data, plan, size);
    options.verify = 0;
    options.no_coalesce = !options.no_coalesce;
    options.seed = ~options.seed;
    second = run(&options, data, plan, size);
    if (!first.bytes != !second.bytes || first.size != second.size ||
        (first.bytes && second.bytes && memcmp(first.bytes, second.bytes, first.size) != 0)) {
        (void)fprintf(stderr, "%.*s---\n%.*s", (int)first.size, first.bytes, (int)second.size,
                      second.bytes);
        abort();
    }
    free(first.bytes);
    free(second.bytes);
    return 0;
}
