/* Runs a fuzz target over files and folders of files: what fuzzing found stays a test. */
#include "input.h"

#include <dirent.h>
#include <sys/stat.h>

static int replay(const char *path, size_t *count);

static int replay_folder(const char *path, size_t *count)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    int failed = 0;

    if (!folder) {
        perror(path);
        return 1;
    }
    while ((entry = readdir(folder))) {
        char name[4096];

        if (entry->d_name[0] == '.')
            continue;
        if (snprintf(name, sizeof(name), "%s/%s", path, entry->d_name) < (int)sizeof(name))
            failed |= replay(name, count);
    }
    (void)closedir(folder);
    return failed;
}

static int replay(const char *path, size_t *count)
{
    struct stat about;
    FILE *file;
    uint8_t *bytes;
    size_t size;

    if (stat(path, &about) != 0) {
        perror(path);
        return 1;
    }
    if (S_ISDIR(about.st_mode))
        return replay_folder(path, count);
    file = fopen(path, "rb");
    bytes = malloc((size_t)about.st_size + 1);
    if (!file || !bytes) {
        perror(path);
        exit(1);
    }
    size = fread(bytes, 1, (size_t)about.st_size, file);
    (void)fclose(file);
    (void)fprintf(stderr, "%s\r", path); /* the last one stands there after a crash */
    (void)LLVMFuzzerTestOneInput(bytes, size);
    free(bytes);
    (*count)++;
    return 0;
}

int main(int argc, char **argv)
{
    size_t count = 0;
    int failed = 0;

    for (int i = 1; i < argc; i++)
        failed |= replay(argv[i], &count);
    (void)fprintf(stderr, "\n%zu inputs\n", count);
    return failed || count == 0;
}
