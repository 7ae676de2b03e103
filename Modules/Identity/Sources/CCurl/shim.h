#pragma once

#include <curl/curl.h>

// Swift cannot call C functions with a variable number of arguments: one function for each type of argument.

static inline CURLcode ccurl_set_text(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_number(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}

/// What libcurl calls for the next bytes of an upload.
typedef size_t (*ccurl_reader)(char *buffer, size_t size, size_t count, void *context);

/// Sends what `reader` gives.
static inline CURLcode ccurl_set_upload(CURL *handle, ccurl_reader reader, void *context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_READFUNCTION, reader);
    if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_READDATA, context);
    if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
    return code;
}

/// The last status that the server sent, 0 before the first.
static inline long ccurl_response_code(CURL *handle) {
    long code = 0;
    return curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &code) == CURLE_OK ? code : 0;
}
