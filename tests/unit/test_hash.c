/*
 * Hashing: XXH3-128 with vectors from another implementation (python3-xxhash 3.2.0), sums modulo
 * 2^128, and the secret of the tables, which must not reach what is written out.
 */
#include "test.h"

#include "base/hash.h"

static void check_hash(struct hash128 hash, uint64_t low, uint64_t high)
{
    if (hash.low != low || hash.high != high)
        fail_msg("%016llx%016llx instead of %016llx%016llx", (unsigned long long)hash.high,
                 (unsigned long long)hash.low, (unsigned long long)high, (unsigned long long)low);
}

/* The lengths stand on both sides of every change of method inside XXH3. Byte i is 7 i + 1. */
static const struct {
    size_t size;
    uint64_t low;
    uint64_t high;
} vectors[] = {
    {0, UINT64_C(0x6001c324468d497f), UINT64_C(0x99aa06d3014798d8)},
    {1, UINT64_C(0xe12ef9d2eb86ceeb), UINT64_C(0x51025a4491835505)},
    {3, UINT64_C(0x5c83885a0fb5d516), UINT64_C(0xf727126d6288a4bd)},
    {4, UINT64_C(0x217908f07519e96e), UINT64_C(0x6a20c426eb2da17d)},
    {8, UINT64_C(0x4506373ef0af21f8), UINT64_C(0xdd669d5507e0e940)},
    {9, UINT64_C(0xa51b142882780bcb), UINT64_C(0x781bfd0e8d95a9ad)},
    {16, UINT64_C(0x49bf196d35649b79), UINT64_C(0x6c53b945f90d6798)},
    {17, UINT64_C(0x94ad051aea796d7e), UINT64_C(0xf889d91b7faf2082)},
    {32, UINT64_C(0x369cab951c511911), UINT64_C(0x2cb559bb64d293e9)},
    {64, UINT64_C(0x92fd891d246fb531), UINT64_C(0x49b043631b5d4d51)},
    {128, UINT64_C(0xd480e3bdeadbf37f), UINT64_C(0x776e5a2cae08df3b)},
    {129, UINT64_C(0x6a4dda91524c13ef), UINT64_C(0xb550da2f04225655)},
    {240, UINT64_C(0x4f23bfd3609734e8), UINT64_C(0x3f558c88fda1da66)},
    {241, UINT64_C(0xbff7215089202d8f), UINT64_C(0x9ea4272027cb71fc)},
    {256, UINT64_C(0xc03402b5dce3dbfa), UINT64_C(0x64c166f4724707e6)},
    {1023, UINT64_C(0xc03ae6f4a48a2f77), UINT64_C(0x2c4f620c707738c7)},
    {1024, UINT64_C(0xac8e32e4ea3ba062), UINT64_C(0x418876ca5eaea67d)},
    {1025, UINT64_C(0xc856c953bbdbc807), UINT64_C(0xf66a602aa3eda73b)},
    {2048, UINT64_C(0xecd56acc708567ff), UINT64_C(0x17991a411b1648d3)},
    {65536, UINT64_C(0xcafa8d1474483c22), UINT64_C(0xdd7010e09808b6d1)},
};

static void fill(char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(unsigned char)(i * 7 + 1);
}

static void test_hash128_agrees_with_vectors_of_another_implementation(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(vectors); i++) {
        char *bytes = mem_alloc(vectors[i].size);

        fill(bytes, vectors[i].size);
        check_hash(hash128_bytes(bytes, vectors[i].size), vectors[i].low, vectors[i].high);
        free(bytes);
    }
    check_hash(hash128_bytes("abc", 3), UINT64_C(0x78af5f94892f3950), UINT64_C(0x06b05ab6733a6185));
    check_hash(hash128_bytes("users:5\0{\"age\":18}", 18), UINT64_C(0x273c446f308a4547),
               UINT64_C(0x46eac107ac38f3d8));
}

static void test_hashes_do_not_depend_on_where_the_bytes_lie(void **state)
{
    char room[300 + 16];

    (void)state;
    for (size_t size = 0; size <= 300; size += 13) {
        struct hash128 wide;
        uint64_t narrow;

        fill(room, size);
        wide = hash128_bytes(room, size);
        narrow = hash_bytes(room, size);
        for (size_t shift = 1; shift < 16; shift++) {
            fill(room + shift, size);
            check_hash(hash128_bytes(room + shift, size), wide.low, wide.high);
            assert_true(hash_bytes(room + shift, size) == narrow);
        }
    }
}

static void test_a_weight_multiplies_a_hash_modulo_2_to_the_128(void **state)
{
    static const struct {
        int64_t weight;
        uint64_t low;
        uint64_t high;
    } products[] = {
        {0, 0, 0},
        {1, UINT64_C(0x78af5f94892f3950), UINT64_C(0x06b05ab6733a6185)},
        {-1, UINT64_C(0x8750a06b76d0c6b0), UINT64_C(0xf94fa5498cc59e7a)},
        {2, UINT64_C(0xf15ebf29125e72a0), UINT64_C(0x0d60b56ce674c30a)},
        {-2, UINT64_C(0x0ea140d6eda18d60), UINT64_C(0xf29f4a93198b3cf5)},
        {3, UINT64_C(0x6a0e1ebd9b8dabf0), UINT64_C(0x1411102359af2490)},
        {INT64_C(1000000000000000000), UINT64_C(0xf04757c593400000), UINT64_C(0xa381adda67606979)},
        {INT64_MAX, UINT64_C(0x8750a06b76d0c6b0), UINT64_C(0xb5a75513d15d3b22)},
        {INT64_MIN, UINT64_C(0x0000000000000000), UINT64_C(0x43a85035bb686358)},
    };
    const struct hash128 zero = {0, 0};

    (void)state;
    for (size_t i = 0; i < LENGTH(products); i++)
        check_hash(hash128_add(zero, hash128_bytes("abc", 3), products[i].weight), products[i].low,
                   products[i].high);
}

static void test_sums_carry_and_wrap_around(void **state)
{
    const struct hash128 one = {1, 0};
    const struct hash128 low_full = {UINT64_MAX, 5};
    const struct hash128 full = {UINT64_MAX, UINT64_MAX};

    (void)state;
    check_hash(hash128_add(low_full, one, 1), 0, 6);
    check_hash(hash128_add(full, one, 1), 0, 0);
    check_hash(hash128_add((struct hash128){0, 0}, one, -1), UINT64_MAX, UINT64_MAX);
    check_hash(hash128_add(full, full, 1), UINT64_MAX - 1, UINT64_MAX);
    check_hash(hash128_add((struct hash128){0, 6}, one, -1), UINT64_MAX, 5);
    check_hash(hash128_add(full, full, -1), 0, 0);
}

/* The hash of a content must not depend on how the content came about: any order of any split of
 * the weights into changes has one sum. */
static void test_any_split_of_the_weights_has_one_sum(void **state)
{
    enum { ROWS = 20, SPLITS = 2000 };
    struct hash128 hashes[ROWS];
    int64_t weights[ROWS];
    struct hash128 wanted = {0, 0};
    uint64_t random = 3;

    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        hashes[i] = hash128_bytes(&i, sizeof(i));
        weights[i] = (int64_t)test_below(&random, 9) - 4;
        wanted = hash128_add(wanted, hashes[i], weights[i]);
    }
    for (size_t n = 0; n < SPLITS; n++) {
        struct hash128 total = {0, 0};
        int64_t left[ROWS];

        memcpy(left, weights, sizeof(left));
        for (size_t changes = 0; changes < 40; changes++) {
            size_t i = test_below(&random, ROWS);
            int64_t part = (int64_t)test_below(&random, 2000001) - 1000000;

            total = hash128_add(total, hashes[i], part);
            left[i] -= part;
        }
        for (size_t i = ROWS; i-- > 0;)
            total = hash128_add(total, hashes[i], left[i]);
        check_hash(total, wanted.low, wanted.high);
    }
}

static void test_the_secret_changes_table_hashes_and_nothing_else(void **state)
{
    uint64_t bytes[2];
    uint64_t mixed[2];
    struct hash128 wide[2];

    (void)state;
    for (uint64_t seed = 0; seed < 2; seed++) {
        hash_seed(seed);
        bytes[seed] = hash_bytes("abc", 3);
        mixed[seed] = hash_mix(1, 2);
        wide[seed] = hash128_bytes_secret("abc", 3);
        check_hash(hash128_bytes("abc", 3), UINT64_C(0x78af5f94892f3950),
                   UINT64_C(0x06b05ab6733a6185));
    }
    assert_true(bytes[0] != bytes[1]);
    assert_true(mixed[0] != mixed[1]);
    assert_true(wide[0].low != wide[1].low && wide[0].high != wide[1].high);
    hash_seed(0);
    assert_true(hash_bytes("abc", 3) == bytes[0]);
    assert_true(hash_mix(1, 2) == mixed[0]);
    assert_true(bytes[0] == UINT64_C(0x78af5f94892f3950)); /* XXH3 with seed 0 */
    check_hash(wide[0], UINT64_C(0x78af5f94892f3950), UINT64_C(0x06b05ab6733a6185));
}

static void test_mixing_minds_the_order(void **state)
{
    (void)state;
    assert_true(hash_mix(1, 2) != hash_mix(2, 1));
    assert_true(hash_mix(0, 1) != hash_mix(1, 0));
    assert_true(hash_mix(7, 7) == hash_mix(7, 7));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash128_agrees_with_vectors_of_another_implementation),
        cmocka_unit_test(test_hashes_do_not_depend_on_where_the_bytes_lie),
        cmocka_unit_test(test_a_weight_multiplies_a_hash_modulo_2_to_the_128),
        cmocka_unit_test(test_sums_carry_and_wrap_around),
        cmocka_unit_test(test_any_split_of_the_weights_has_one_sum),
        cmocka_unit_test(test_the_secret_changes_table_hashes_and_nothing_else),
        cmocka_unit_test(test_mixing_minds_the_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
