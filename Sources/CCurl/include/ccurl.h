// One HTTP request with libcurl.
//
// Why a shim: curl_easy_setopt and curl_easy_getinfo are variadic, which Swift cannot call, and
// their options are macros. The shim decides nothing: no redirects, no retries, no credentials of
// its own; what is sent and to whom is the caller's business.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What to ask for. All strings end with a zero byte and stay the caller's.
typedef struct {
  const char *_Nonnull url;
  // Request lines "Name: value", `header_count` of them.
  const char *_Nullable const *_Nonnull headers;
  size_t header_count;
  // Ask for the head only.
  bool head_only;
  // Allow http:// beside https://.
  bool allow_plain;
  // Seconds to wait for a connection.
  long connect_timeout;
  // Give up when fewer than one byte a second arrives for so many seconds.
  long stall_timeout;
} ccurl_request;

// Called with each line of the answer's head, then with pieces of its body; 0 goes on, anything
// else ends the request.
typedef int (*ccurl_receive)(void *_Nullable context, const char *_Nonnull bytes, size_t count);

// Prepares the library; to be called once before the first request, from one thread. 0 or an error.
int ccurl_prepare(void);

// Performs a request and waits for it. Returns 0 or a CURLcode; `status` is the HTTP status, 0
// where none came.
int ccurl_perform(
    const ccurl_request *_Nonnull request, ccurl_receive _Nonnull head,
    ccurl_receive _Nonnull body, void *_Nullable context, long *_Nonnull status);

// libcurl's words for a CURLcode.
const char *_Nonnull ccurl_message(int code);

// Resolves `location` against `base` as RFC 3986 says. NULL if either is no URL; to be released
// with ccurl_free.
char *_Nullable ccurl_resolve(const char *_Nonnull base, const char *_Nonnull location);
void ccurl_free(char *_Nullable text);
