/* Doubles and text, by std::from_chars and std::to_chars. */
#include "value/double_text.h"

#include <charconv>

bool double_read(const char *text, size_t size, double *out)
{
    return std::from_chars(text, text + size, *out).ec == std::errc();
}

size_t double_write(double number, char text[DOUBLE_TEXT_MAX])
{
    return (
        size_t)(std::to_chars(text, text + DOUBLE_TEXT_MAX, number, std::chars_format::scientific)
                    .ptr -
                text);
}
