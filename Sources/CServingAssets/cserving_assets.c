#include "cserving_assets.h"

static const uint8_t page_html[] = {
#embed "page/view.html"
};

const uint8_t *cserving_page_html(size_t *count) {
  *count = sizeof page_html;
  return page_html;
}

static const uint8_t page_css[] = {
#embed "page/view.css"
};

const uint8_t *cserving_page_css(size_t *count) {
  *count = sizeof page_css;
  return page_css;
}

static const uint8_t page_js[] = {
#embed "page/view.js"
};

const uint8_t *cserving_page_js(size_t *count) {
  *count = sizeof page_js;
  return page_js;
}

static const uint8_t page_icon[] = {
#embed "page/icon.svg"
};

const uint8_t *cserving_page_icon(size_t *count) {
  *count = sizeof page_icon;
  return page_icon;
}
