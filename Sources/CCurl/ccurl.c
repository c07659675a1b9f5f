#include "ccurl.h"

#include <curl/curl.h>

int ccurl_prepare(void) { return (int)curl_global_init(CURL_GLOBAL_DEFAULT); }

typedef struct {
  ccurl_receive receive;
  void *context;
} receiver;

// libcurl counts a callback as failed when it takes fewer bytes than it was given.
static size_t forward(char *bytes, size_t size, size_t count, void *context) {
  const receiver *to = context;
  return to->receive(to->context, bytes, size * count) == 0 ? size * count : 0;
}

static void set_protocols(CURL *handle, bool allow_plain) {
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, allow_plain ? "http,https" : "https");
#else
  curl_easy_setopt(
      handle, CURLOPT_PROTOCOLS,
      (long)(allow_plain ? CURLPROTO_HTTP | CURLPROTO_HTTPS : CURLPROTO_HTTPS));
#endif
}

int ccurl_perform(
    const ccurl_request *request, ccurl_receive head, ccurl_receive body, void *context,
    long *status) {
  *status = 0;
  CURL *handle = curl_easy_init();
  if (handle == NULL) return (int)CURLE_OUT_OF_MEMORY;
  struct curl_slist *headers = NULL;
  for (size_t i = 0; i < request->header_count; i++) {
    struct curl_slist *longer = curl_slist_append(headers, request->headers[i]);
    if (longer == NULL) {
      curl_slist_free_all(headers);
      curl_easy_cleanup(handle);
      return (int)CURLE_OUT_OF_MEMORY;
    }
    headers = longer;
  }
  receiver to_head = {head, context};
  receiver to_body = {body, context};
  curl_easy_setopt(handle, CURLOPT_URL, request->url);
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(handle, CURLOPT_NOBODY, request->head_only ? 1L : 0L);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, request->connect_timeout);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, request->stall_timeout);
  // Timeouts by signals would interrupt other threads.
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  // A .netrc would send credentials that the caller has not seen.
  curl_easy_setopt(handle, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
  set_protocols(handle, request->allow_plain);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, forward);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &to_head);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, forward);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &to_body);
  CURLcode code = curl_easy_perform(handle);
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, status);
  curl_slist_free_all(headers);
  curl_easy_cleanup(handle);
  return (int)code;
}

const char *ccurl_message(int code) { return curl_easy_strerror((CURLcode)code); }

char *ccurl_resolve(const char *base, const char *location) {
  CURLU *url = curl_url();
  if (url == NULL) return NULL;
  char *resolved = NULL;
  // Setting a URL where one stands already resolves the new one against it.
  if (curl_url_set(url, CURLUPART_URL, base, 0) != CURLUE_OK ||
      curl_url_set(url, CURLUPART_URL, location, 0) != CURLUE_OK ||
      curl_url_get(url, CURLUPART_URL, &resolved, 0) != CURLUE_OK) {
    resolved = NULL;
  }
  curl_url_cleanup(url);
  return resolved;
}

void ccurl_free(char *text) { curl_free(text); }
