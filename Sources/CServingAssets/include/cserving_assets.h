// The files of the local web page as bytes inside the program, so that it can be carried to another machine as a single file.
#pragma once
#include <stddef.h>
#include <stdint.h>

const uint8_t *_Nonnull cserving_page_html(size_t *_Nonnull count);
const uint8_t *_Nonnull cserving_page_css(size_t *_Nonnull count);
const uint8_t *_Nonnull cserving_page_js(size_t *_Nonnull count);
const uint8_t *_Nonnull cserving_page_icon(size_t *_Nonnull count);
