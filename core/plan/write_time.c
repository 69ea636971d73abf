/* Canonical text of what goes by points in time. */
#include "plan/write.h"

#include "value/decimal.h"

void plan_write_duration(struct buf *buf, int64_t microseconds)
{
    const struct decimal seconds = {microseconds, NULL, 6};

    decimal_write_exact(buf, &seconds);
}

void plan_write_session(struct buf *buf, const struct plan_session *session)
{
    plan_write_keys(buf, session->partition, session->partition_count);
    buf_add_string(buf, ",\"time\":");
    plan_write_field(buf, &session->start);
    buf_add_string(buf, ",\"gap\":");
    plan_write_duration(buf, session->gap);
    buf_add_format(buf, ",\"alias\":%.*s", (int)session->alias_size, session->alias);
}

void plan_write_asof(struct buf *buf, const struct plan_asof *asof)
{
    buf_add_string(buf, ",\"time\":{\"left_field\":");
    plan_write_field(buf, &asof->time[0].expr);
    buf_add_string(buf, ",\"right_field\":");
    plan_write_field(buf, &asof->time[1].expr);
    buf_add_byte(buf, '}');
    if (asof->bounded) {
        buf_add_string(buf, ",\"tolerance\":");
        plan_write_duration(buf, asof->tolerance);
    }
    buf_add_string(buf, asof->inner ? ",\"inner\":true" : ",\"inner\":false");
}
