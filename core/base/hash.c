/* XXH3 behind two functions, and the secret of the tables. */
#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

__extension__ typedef unsigned __int128 uint128;

/* Written by hash_seed() before the engine runs, read-only afterwards. */
static uint64_t secret = UINT64_C(0x9e3779b97f4a7c15);

void hash_seed(uint64_t seed)
{
    secret = seed;
}

uint64_t hash_bytes(const void *bytes, size_t size)
{
    return XXH3_64bits_withSeed(bytes, size, secret);
}

uint64_t hash_mix(uint64_t a, uint64_t b)
{
    uint64_t pair[2] = {a, b};

    return XXH3_64bits_withSeed(pair, sizeof(pair), secret);
}

struct hash128 hash128_bytes(const void *bytes, size_t size)
{
    XXH128_hash_t hash = XXH3_128bits(bytes, size);

    return (struct hash128){hash.low64, hash.high64};
}

struct hash128 hash128_bytes_secret(const void *bytes, size_t size)
{
    XXH128_hash_t hash = XXH3_128bits_withSeed(bytes, size, secret);

    return (struct hash128){hash.low64, hash.high64};
}

struct hash128 hash128_add(struct hash128 total, struct hash128 hash, int64_t weight)
{
    uint128 sum = (uint128)total.high << 64 | total.low;
    uint128 term = (uint128)hash.high << 64 | hash.low;

    /* A negative weight is its two's complement of 128 bits. */
    sum += term * ((uint128)(weight < 0 ? UINT64_MAX : 0) << 64 | (uint64_t)weight);
    return (struct hash128){(uint64_t)sum, (uint64_t)(sum >> 64)};
}
