#ifndef SSP_BASE_HASH_H
#define SSP_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * Hashing of bytes with XXH3 (Collet, xxHash 0.8). Tables use hash_bytes() under a secret drawn
 * once per process, so that nobody can choose keys that collide; no output ever depends on it.
 * hash128_bytes() has no secret: it is the hash that updates carry (ssp-updates(5)).
 */
uint64_t hash_bytes(const void *bytes, size_t size);
uint64_t hash_mix(uint64_t a, uint64_t b); /* order matters */
void hash_seed(uint64_t seed);             /* before the first table; tests fix it */

struct hash128 {
    uint64_t low;
    uint64_t high;
};

struct hash128 hash128_bytes(const void *bytes, size_t size);
/* The same under the secret of the tables: for hashes that never leave the process. */
struct hash128 hash128_bytes_secret(const void *bytes, size_t size);
/* total + weight * hash, modulo 2^128 */
struct hash128 hash128_add(struct hash128 total, struct hash128 hash, int64_t weight);

#endif
