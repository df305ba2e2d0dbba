// SHA-256 of libcrypto, without its other names.

#ifndef LATHE_CCRYPTO_H
#define LATHE_CCRYPTO_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>

/// Writes the SHA-256 of `length` bytes to `digest`, which holds 32; false where the library has no such digest.
static inline bool lathe_sha256(const void *bytes, size_t length, unsigned char *digest) {
    unsigned int written = 0;
    return EVP_Digest(bytes, length, digest, &written, EVP_sha256(), NULL) == 1 && written == 32;
}

#endif
