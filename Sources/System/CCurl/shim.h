#include <curl/curl.h>
#include <string.h>

/*
 * curl_easy_setopt takes its value as a variadic argument, which Swift cannot call: one function for each kind of value.
 */
static inline CURLcode parvis_curl_set_text(CURL *curl, CURLoption option, const char *value) {
    return curl_easy_setopt(curl, option, value);
}

static inline CURLcode parvis_curl_set_number(CURL *curl, CURLoption option, long value) {
    return curl_easy_setopt(curl, option, value);
}

static inline CURLcode parvis_curl_set_list(CURL *curl, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(curl, option, value);
}

/* What is left of a message that is being sent. */
typedef struct {
    const char *bytes;
    size_t count;
} parvis_curl_upload;

static size_t parvis_curl_read(char *buffer, size_t size, size_t count, void *state) {
    parvis_curl_upload *upload = (parvis_curl_upload *)state;
    size_t length = size * count < upload->count ? size * count : upload->count;
    memcpy(buffer, upload->bytes, length);
    upload->bytes += length;
    upload->count -= length;
    return length;
}

/* The upload, and what it points to, must last until the transfer is over. */
static inline void parvis_curl_set_upload(CURL *curl, parvis_curl_upload *upload) {
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, parvis_curl_read);
    curl_easy_setopt(curl, CURLOPT_READDATA, upload);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
}

static size_t parvis_curl_drop(char *bytes, size_t size, size_t count, void *state) {
    (void)bytes;
    (void)state;
    return size * count;
}

/* What the server says is not printed. */
static inline void parvis_curl_be_quiet(CURL *curl) {
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, parvis_curl_drop);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
}

static inline long parvis_curl_response(CURL *curl) {
    long code = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
    return code;
}
