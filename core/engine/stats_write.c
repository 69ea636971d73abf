/* Statistics as JSON, as text for people, and in the text format of Prometheus. */
#include "engine/stats.h"

#include "base/mem.h"
#include "value/json_write.h"

#include <stdio.h>
#include <string.h>

static bool is_text(enum stat_type type)
{
    return type <= STAT_JSON;
}

static const struct stat_cell *row_at(const struct stat_table *table, size_t row)
{
    return &table->cells[row * table->column_count];
}

static size_t row_count(const struct stat_table *table)
{
    return table->cell_count / table->column_count;
}

static void write_json_cell(const struct stat_column *column, const struct stat_cell *cell,
                            struct buf *out)
{
    const char *unit = column->type == STAT_BYTES  ? "_bytes"
                       : column->type == STAT_TIME ? "_us"
                                                   : "";

    buf_add_format(out, "\"%s%s\":", column->name, unit);
    if (!cell->known)
        buf_add_string(out, "null");
    else if (column->type == STAT_JSON || column->type == STAT_KEY)
        buf_add(out, cell->text, cell->size);
    else if (is_text(column->type))
        json_write_string(out, cell->text, cell->size);
    else if (column->type == STAT_TIME)
        buf_add_format(out, "%llu.%03llu", (unsigned long long)(cell->number / 1000),
                       (unsigned long long)(cell->number % 1000));
    else
        buf_add_format(out, "%llu", (unsigned long long)cell->number);
}

void stats_write_json(const struct stats *stats, struct buf *out)
{
    buf_add_byte(out, '{');
    for (size_t i = 0; i < stats->count; i++) {
        const struct stat_table *table = &stats->tables[i];
        bool list = table->kind == STAT_LIST || table->kind == STAT_RANKING;

        buf_add_format(out, "%s\"%s\":%s", i ? "," : "", table->name, list ? "[" : "");
        for (size_t row = 0; row < row_count(table); row++) {
            buf_add_string(out, row ? ",{" : "{");
            for (size_t j = 0; j < table->column_count; j++) {
                if (j)
                    buf_add_byte(out, ',');
                write_json_cell(&table->columns[j], &row_at(table, row)[j], out);
            }
            buf_add_byte(out, '}');
        }
        buf_add_string(out, list ? "]" : "");
    }
    buf_add_string(out, "}\n");
}

/* A number with a unit that keeps it short. */
static void write_scaled(struct buf *out, uint64_t number, const char *const *units, uint64_t base)
{
    double scaled = (double)number;

    while (scaled >= (double)base && units[1]) {
        scaled /= (double)base;
        units++;
    }
    buf_add_format(out, number < base ? "%.0f %s" : "%.2f %s", scaled, *units);
}

static void write_grouped(struct buf *out, uint64_t number)
{
    char digits[32];
    int size = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);

    for (int i = 0; i < size; i++) {
        if (i && (size - i) % 3 == 0)
            buf_add_byte(out, ',');
        buf_add_byte(out, digits[i]);
    }
}

/* A string without its quotes. */
static void write_plain(struct buf *out, const struct stat_cell *cell)
{
    size_t start = out->size;

    json_write_string(out, cell->text, cell->size);
    out->size -= 2;
    memmove(out->bytes + start, out->bytes + start + 1, out->size - start);
}

static void write_text_cell(const struct stat_column *column, const struct stat_cell *cell,
                            struct buf *out)
{
    static const char *const bytes[] = {"B", "KiB", "MiB", "GiB", "TiB", NULL};
    static const char *const times[] = {"ns", "us", "ms", "s", NULL};

    if (!cell->known)
        buf_add_byte(out, '-');
    else if (column->type == STAT_JSON || column->type == STAT_KEY)
        buf_add(out, cell->text, cell->size);
    else if (is_text(column->type))
        write_plain(out, cell);
    else if (column->type == STAT_BYTES)
        write_scaled(out, cell->number, bytes, 1024);
    else if (column->type == STAT_TIME)
        write_scaled(out, cell->number, times, 1000);
    else
        write_grouped(out, cell->number);
}

static void pad(struct buf *out, size_t columns)
{
    while (columns-- > 0)
        buf_add_byte(out, ' ');
}

/* Columns that begin a byte of UTF-8 which is not a continuation. */
static size_t width_of(const char *bytes, size_t size)
{
    size_t width = 0;

    for (size_t i = 0; i < size; i++)
        width += ((unsigned char)bytes[i] & 0xc0) != 0x80;
    return width;
}

/* One cell in its column: texts to the left, numbers to the right, nothing behind the last one. */
static void write_padded(struct buf *out, const struct buf *cell, size_t width, bool left,
                         bool last)
{
    size_t room = width - width_of(cell->bytes, cell->size);

    pad(out, left ? 0 : room);
    buf_add(out, cell->bytes, cell->size);
    pad(out, left && !last ? room : 0);
}

static void write_lines(const struct stat_table *table, struct buf *out)
{
    struct buf cell = BUF_INIT;
    size_t names = 0;
    size_t values = 0;

    for (size_t i = 0; i < table->column_count; i++) {
        size_t name = strlen(table->columns[i].name);
        size_t value;

        buf_clear(&cell);
        write_text_cell(&table->columns[i], &table->cells[i], &cell);
        value = width_of(cell.bytes, cell.size);
        names = name > names ? name : names;
        values = value > values ? value : values;
    }
    for (size_t i = 0; i < table->column_count; i++) {
        buf_clear(&cell);
        write_text_cell(&table->columns[i], &table->cells[i], &cell);
        buf_add_format(out, "  %-*s  ", (int)names, table->columns[i].name);
        write_padded(out, &cell, values, false, true);
        buf_add_byte(out, '\n');
    }
    buf_release(&cell);
}

/* Row 0 is the head. */
static void render(const struct stat_table *table, size_t row, size_t column, struct buf *cell)
{
    buf_clear(cell);
    if (row == 0)
        buf_add_string(cell, table->columns[column].name);
    else
        write_text_cell(&table->columns[column], &row_at(table, row - 1)[column], cell);
}

static void write_grid(const struct stat_table *table, struct buf *out)
{
    size_t *widths = mem_alloc_zero(table->column_count * sizeof(*widths));
    struct buf cell = BUF_INIT;

    for (size_t row = 0; row <= row_count(table); row++)
        for (size_t i = 0; i < table->column_count; i++) {
            size_t width;

            render(table, row, i, &cell);
            width = width_of(cell.bytes, cell.size);
            widths[i] = width > widths[i] ? width : widths[i];
        }
    for (size_t row = 0; row <= row_count(table); row++) {
        for (size_t i = 0; i < table->column_count; i++) {
            render(table, row, i, &cell);
            buf_add_string(out, "  ");
            write_padded(out, &cell, widths[i], is_text(table->columns[i].type),
                         i + 1 == table->column_count);
        }
        buf_add_byte(out, '\n');
    }
    buf_release(&cell);
    free(widths);
}

void stats_write_text(const struct stats *stats, struct buf *out)
{
    for (size_t i = 0; i < stats->count; i++) {
        const struct stat_table *table = &stats->tables[i];

        if (row_count(table) == 0)
            continue;
        buf_add_format(out, "%s\n", table->name);
        if (table->kind == STAT_SINGLE || table->kind == STAT_SUMMARY)
            write_lines(table, out);
        else
            write_grid(table, out);
    }
}

/* The labels of a row, and one more; nothing if there are none. */
static void write_labels(const struct stat_table *table, const struct stat_cell *row,
                         const char *quantile, struct buf *out)
{
    char open = '{';

    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].type > STAT_KEY || !row[i].known)
            continue;
        buf_add_format(out, "%c%s=\"", open, table->columns[i].name);
        for (size_t j = 0; j < row[i].size; j++) {
            char byte = row[i].text[j];

            if (byte == '"' || byte == '\\' || byte == '\n')
                buf_add_byte(out, '\\');
            buf_add_byte(out, (char)(byte == '\n' ? 'n' : byte));
        }
        buf_add_byte(out, '"');
        open = ',';
    }
    if (quantile)
        buf_add_format(out, "%cquantile=\"%s\"", open, quantile);
    if (quantile || open == ',')
        buf_add_byte(out, '}');
}

static void write_sample(const struct stat_column *column, const struct stat_cell *cell,
                         struct buf *out)
{
    if (column->type == STAT_TIME)
        buf_add_format(out, " %llu.%09llu\n", (unsigned long long)(cell->number / 1000000000),
                       (unsigned long long)(cell->number % 1000000000));
    else
        buf_add_format(out, " %llu\n", (unsigned long long)cell->number);
}

static void write_head(const char *name, const char *help, const char *type, struct buf *out)
{
    buf_add_format(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A metric: one column of a table, a sample for each row. */
static void write_metric(const struct stat_table *table, size_t at, struct buf *out)
{
    const struct stat_column *column = &table->columns[at];
    bool counter = column->type == STAT_COUNT || column->type == STAT_TIME;
    bool headed = false;
    char name[128];

    (void)snprintf(name, sizeof(name), "ssp_%s_%s%s%s", table->name, column->name,
                   column->type == STAT_BYTES  ? "_bytes"
                   : column->type == STAT_TIME ? "_seconds"
                                               : "",
                   counter ? "_total" : "");
    for (size_t row = 0; row < row_count(table); row++) {
        const struct stat_cell *cells = row_at(table, row);

        if (!cells[at].known)
            continue;
        if (!headed)
            write_head(name, column->help, counter ? "counter" : "gauge", out);
        headed = true;
        buf_add_string(out, name);
        write_labels(table, cells, NULL, out);
        write_sample(column, &cells[at], out);
    }
}

/* The first two columns are the count and the total. */
static void write_summary(const struct stat_table *table, struct buf *out)
{
    char name[128];

    if (!table->cells[0].known)
        return;
    (void)snprintf(name, sizeof(name), "ssp_%s_seconds", table->name);
    write_head(name, table->columns[0].help, "summary", out);
    for (size_t i = 0; i < table->column_count; i++) {
        buf_add_string(out, name);
        if (table->columns[i].quantile)
            write_labels(table, table->cells, table->columns[i].quantile, out);
        else
            buf_add_string(out, i ? "_sum" : "_count");
        write_sample(&table->columns[i], &table->cells[i], out);
    }
}

void stats_write_prometheus(const struct stats *stats, struct buf *out)
{
    for (size_t i = 0; i < stats->count; i++) {
        const struct stat_table *table = &stats->tables[i];

        if (table->kind == STAT_SUMMARY)
            write_summary(table, out);
        for (size_t j = 0; j < table->column_count; j++)
            if ((table->kind == STAT_SINGLE || table->kind == STAT_LIST) &&
                !is_text(table->columns[j].type))
                write_metric(table, j, out);
    }
}
