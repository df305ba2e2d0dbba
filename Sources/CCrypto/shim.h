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

/// A SHA-256 that grows with what is added to it; NULL where the library has no such digest or memory.
static inline EVP_MD_CTX *lathe_sha256_begin(void) {
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    if (digest && EVP_DigestInit_ex(digest, EVP_sha256(), NULL) != 1) {
        EVP_MD_CTX_free(digest);
        return NULL;
    }
    return digest;
}

static inline bool lathe_sha256_add(EVP_MD_CTX *digest, const void *bytes, size_t length) {
    return EVP_DigestUpdate(digest, bytes, length) == 1;
}

/// Writes the SHA-256 of all that was added to `result`, which holds 32, and frees the digest.
static inline bool lathe_sha256_end(EVP_MD_CTX *digest, unsigned char *result) {
    unsigned int written = 0;
    bool done = EVP_DigestFinal_ex(digest, result, &written) == 1 && written == 32;
    EVP_MD_CTX_free(digest);
    return done;
}

static inline void lathe_sha256_drop(EVP_MD_CTX *digest) { EVP_MD_CTX_free(digest); }

#endif
