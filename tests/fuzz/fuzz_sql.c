/* An arbitrary file of SQL, explained and given a few records if it is taken. */
#include "input.h"

static const char *const lines[] = {
    "{\"table\":\"users\",\"op\":\"create\",\"id\":1,\"record\":{\"a\":1,\"b\":\"x\",\"age\":20}}",
    "{\"table\":\"t\",\"op\":\"create\",\"id\":1,\"record\":{\"a\":1,\"b\":\"x\",\"c\":[1,\"x\"]}}",
    "{\"table\":\"t\",\"op\":\"create\",\"id\":2,\"record\":{\"a\":\"x\",\"b\":null,\"c\":{}}}",
    "{\"table\":\"t\",\"op\":\"update\",\"id\":1,\"record\":{\"a\":2}}",
    "{\"op\":\"truncate\",\"table\":\"t\"}",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const formats[] = {"text", "plan"};
    struct ssp_options options = input_options(size);
    struct ssp_error error;
    struct ssp *ssp;

    options.verify = 1;
    ssp = ssp_new(&options, &error);
    if (input_give_as(ssp, data, size, INPUT_SQL) == SSP_OK) {
        for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
            if (ssp_explain(ssp, formats[i], &error) != SSP_OK)
                abort();
        (void)(ssp_explain(ssp, "sql", &error) == SSP_OK); /* it may have none */
        ssp_start(ssp);
        for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
            input_give_lines(ssp, (const uint8_t *)lines[i], strlen(lines[i]));
        (void)ssp_end(ssp, &error);
    }
    ssp_free(ssp);
    return 0;
}
