/* The bytes of a JSON string that stand for themselves; for this folder only. */
#pragma once

#include <stddef.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* The first byte from `at` on that is a quote, a backslash, a control character or no ASCII. One of
 * these stands at `end`, the NUL behind the text; nothing behind that is read. */
static inline const unsigned char *
json_plain_end(const unsigned char *at, const unsigned char *end)
{
#ifdef __SSE2__
	const __m128i blank = _mm_set1_epi8(' ');
	const __m128i quote = _mm_set1_epi8('"');
	const __m128i escape = _mm_set1_epi8('\\');

	while (end - at >= (ptrdiff_t)sizeof blank) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
		__m128i ends =
			_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, escape));
		/* As signed numbers, the bytes from 0x80 on are below the blank too. */
		int mask = _mm_movemask_epi8(_mm_or_si128(ends, _mm_cmplt_epi8(bytes, blank)));

		if (mask != 0)
			return at + __builtin_ctz((unsigned)mask);
		at += sizeof blank;
	}
#else
	(void)end;
#endif
	while (*at >= ' ' && *at < 0x80 && *at != '"' && *at != '\\')
		at++;
	return at;
}
