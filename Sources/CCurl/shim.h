// libcurl, and what Swift cannot spell of it: setters and getters that take any number of arguments of any type.

#ifndef LATHE_CCURL_H
#define LATHE_CCURL_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

/// Sees `length` bytes of a line of the head or a piece of the body; false ends the transfer.
typedef bool (*lathe_curl_sink)(void *owner, const char *bytes, size_t length);

static inline CURLcode lathe_curl_set_text(CURL *handle, CURLoption option, const char *text) {
    return curl_easy_setopt(handle, option, text);
}

static inline CURLcode lathe_curl_set_number(CURL *handle, CURLoption option, long number) {
    return curl_easy_setopt(handle, option, number);
}

static inline CURLcode lathe_curl_set_lines(CURL *handle, CURLoption option, struct curl_slist *lines) {
    return curl_easy_setopt(handle, option, lines);
}

/// The body of a POST, which is copied.
static inline CURLcode lathe_curl_set_body(CURL *handle, const void *bytes, size_t length) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, bytes) : code;
}

/// Where libcurl writes what went wrong, in CURL_ERROR_SIZE bytes that live as long as the handle.
static inline CURLcode lathe_curl_set_words(CURL *handle, char *words) {
    return curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, words);
}

/// What both sinks are called with.
struct lathe_curl_sinks {
    void *owner;
    lathe_curl_sink head;
    lathe_curl_sink body;
};

static inline size_t lathe_curl_head(char *bytes, size_t size, size_t count, void *given) {
    struct lathe_curl_sinks *sinks = given;
    return sinks->head(sinks->owner, bytes, size * count) ? size * count : 0;
}

static inline size_t lathe_curl_body(char *bytes, size_t size, size_t count, void *given) {
    struct lathe_curl_sinks *sinks = given;
    return sinks->body(sinks->owner, bytes, size * count) ? size * count : 0;
}

/// `sinks` live as long as the handle.
static inline CURLcode lathe_curl_set_sinks(CURL *handle, struct lathe_curl_sinks *sinks) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, lathe_curl_head);
    if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_HEADERDATA, sinks);
    if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, lathe_curl_body);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_WRITEDATA, sinks) : code;
}

/// Whether the request has begun to be sent.
static inline bool lathe_curl_is_sending(CURL *handle) {
    curl_off_t sent = 0;
    long bytes = 0;
    bool has_body = curl_easy_getinfo(handle, CURLINFO_SIZE_UPLOAD_T, &sent) == CURLE_OK && sent > 0;
    return has_body || (curl_easy_getinfo(handle, CURLINFO_REQUEST_SIZE, &bytes) == CURLE_OK && bytes > 0);
}

/// Whether the handle's transfer is over, and how it went.
static inline bool lathe_curl_is_done(CURLM *many, CURLcode *result) {
    int left = 0;
    CURLMsg *message = curl_multi_info_read(many, &left);
    if (!message || message->msg != CURLMSG_DONE) return false;
    *result = message->data.result;
    return true;
}

#endif
