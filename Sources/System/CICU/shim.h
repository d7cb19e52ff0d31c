// The collation of ICU, from the copy that comes with Swift's Foundation. Its functions are renamed by macros there,
// which Swift cannot see through; hence these.
#pragma once
#include <_foundation_unicode/ucol.h>
#include <_foundation_unicode/uloc.h>

static inline UCollator *parvis_collator_open(const char *locale, UErrorCode *status) {
    return ucol_open(locale, status);
}

static inline void parvis_collator_close(UCollator *collator) { ucol_close(collator); }

static inline int32_t parvis_collator_sort_key(
    const UCollator *collator, const UChar *text, int32_t length, uint8_t *key, int32_t capacity) {
    return ucol_getSortKey(collator, text, length, key, capacity);
}

static inline int32_t parvis_locale_for_tag(
    const char *tag, char *locale, int32_t capacity, int32_t *parsedLength, UErrorCode *status) {
    return uloc_forLanguageTag(tag, locale, capacity, parsedLength, status);
}
