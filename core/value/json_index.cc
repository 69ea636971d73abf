/* Stage 1 of simdjson alone, with whatever vector instructions the machine has. */
#include "value/json_index.h"

#include <new>
#include <simdjson.h>

using namespace simdjson;

struct json_index {
    std::unique_ptr<internal::dom_parser_implementation> stages;
};

struct json_index *json_index_new(void)
{
    return new (std::nothrow) json_index;
}

void json_index_free(struct json_index *index)
{
    delete index;
}

/* Room for texts of this size, and for the next larger ones. */
static bool make_room(json_index *index, size_t size)
{
    size_t room = size < 4096 ? 4096 : size + size / 2;

    if (index->stages && index->stages->capacity() >= size)
        return true;
    /* Depth is for stage 2, which is not used. */
    return get_active_implementation()->create_dom_parser_implementation(room, 1, index->stages) ==
           SUCCESS;
}

const uint32_t *json_index_of(struct json_index *index, const char *source, size_t size,
                              size_t *count)
{
    if (!make_room(index, size) ||
        index->stages->stage1((const uint8_t *)source, size, stage1_mode::regular) != SUCCESS)
        return NULL;
    *count = index->stages->n_structural_indexes;
    return index->stages->structural_indexes.get();
}
