/* Arbitrary lines after a plan in which every operator and predicate reads them. */
#include "input.h"

static const char plan[] =
    "{\"id\":\"a\",\"format\":\"flat\",\"emit\":\"rows\",\"semantics\":\"multiset\",\"root\":"
    "{\"op\":\"limit\",\"limit\":2,\"offset\":1,\"order_by\":[{\"field\":\"a\"},{\"field\":\"b.c\","
    "\"direction\":\"desc\"}],\"partition_by\":[\"c\"],\"input\":{\"op\":\"join\",\"left\":{\"op\":"
    "\"scan\",\"table\":\"t\"},\"right\":{\"op\":\"scan\",\"table\":\"u\"},\"on\":{\"left_field\":"
    "\"b\",\"right_field\":\"a\"}}}}\n"
    "{\"id\":\"b\",\"format\":\"delta\",\"root\":{\"op\":\"project\",\"projections\":[{\"type\":"
    "\"all\"},{\"type\":\"field\",\"field\":\"left.a\",\"alias\":\"right\"}],\"input\":{\"op\":"
    "\"join\",\"select\":\"both\",\"left\":{\"op\":\"scan\",\"table\":\"t\"},\"right\":{\"op\":"
    "\"scan\",\"table\":\"t\"},\"on\":[{\"left_field\":\"a\",\"right_field\":\"a\"},{\"left_"
    "field\":"
    "\"b\",\"right_field\":\"b\"}]}}}\n"
    "{\"id\":\"c\",\"emit\":\"rows\",\"root\":{\"op\":\"filter\",\"input\":{\"op\":\"scan\","
    "\"table\":\"t\"},\"predicate\":{\"type\":\"or\",\"predicates\":[{\"type\":\"gt\",\"field\":"
    "\"a\",\"value\":1},{\"type\":\"contains\",\"field\":\"a\",\"value\":\"x\"},{\"type\":\"like\","
    "\"field\":\"a\",\"pattern\":\"%a_\"},{\"type\":\"ilike\",\"field\":\"a\",\"pattern\":\"%a_\"},"
    "{\"type\":\"regex\",\"field\":\"a\",\"pattern\":\"^(a|b)+$\"},{\"type\":\"in\",\"field\":"
    "\"a\","
    "\"values\":[1,\"x\",null,{\"field\":\"b\"}]},{\"type\":\"between\",\"field\":\"a\",\"low\":"
    "{\"field\":\"b\"},\"high\":[1]},{\"type\":\"prefix\",\"field\":\"a\",\"prefix\":{\"field\":"
    "\"b\"}},{\"type\":\"not\",\"predicate\":{\"type\":\"is_null\",\"field\":\"b.0.c\"}}]}}}\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct ssp_options options = input_options(size);
    struct ssp_error error;
    struct ssp *ssp = ssp_new(&options, &error);

    if (input_give(ssp, (const uint8_t *)plan, sizeof(plan) - 1, true) != SSP_OK)
        abort();
    ssp_start(ssp);
    input_give_lines(ssp, data, size);
    (void)ssp_end(ssp, &error);
    ssp_free(ssp);
    return 0;
}
