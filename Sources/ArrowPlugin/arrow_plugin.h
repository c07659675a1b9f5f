// Rows of Parquet and Arrow files as JSON Lines, out of Arrow C++.
//
// This is no target of Package.swift: tools/build-arrow-plugin compiles it into a library that
// Akshara opens at run time (`ArrowPlugin.swift`), so that only who reads Parquet needs Arrow C++.
#pragma once
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

/// A file that is being read.
typedef struct akshara_arrow_reader akshara_arrow_reader;

/// The version of this interface: 1.
int32_t akshara_arrow_interface(void);

/// The version of Arrow C++, such as "26.0.1".
const char *akshara_arrow_version(void);

/// Opens a Parquet file, or an Arrow IPC file or stream, by its first bytes. Never NULL but when
/// memory is out: whether it could be opened says `akshara_arrow_error`.
akshara_arrow_reader *akshara_arrow_open(const char *path);

/// Why the last call failed, or NULL if it did not.
const char *akshara_arrow_error(const akshara_arrow_reader *reader);

/// The next rows, at most 4,096: `text` holds one JSON object a row, each with a line feed, and
/// `ends` where each row ends in it. Valid until the next call. Returns the number of rows; 0 at the
/// end; -1 for an error.
int64_t akshara_arrow_next(
    akshara_arrow_reader *reader, const uint8_t **text, size_t *length, const uint64_t **ends);

/// Closes the file.
void akshara_arrow_close(akshara_arrow_reader *reader);

/// Writes the columns of an Arrow IPC stream, and beside them those of another with the same record
/// batches (NULL for none), to a Parquet file with zstd. Returns 0; or 1, and what went wrong in
/// `message`, cut to `room` bytes with the zero behind it.
int32_t akshara_arrow_write_parquet(
    const char *path, const char *beside, const char *output, char *message, size_t room);

#ifdef __cplusplus
}
#endif
