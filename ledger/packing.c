#include "ledger/packing.h"

#include <stdlib.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "kube/base64.h"

enum { PIECE = 64 * 1024, LARGEST_PACKED = 1024 * 1024 };

static void
free_bytes(Bytef **bytes)
{
	free(*bytes);
}

bool
packing_pack(const struct buffer *plain, struct buffer *packed)
{
	uLongf length = compressBound((uLong)plain->length);
	CLEANUP(free_bytes) Bytef *bytes = memory_alloc(length);

	if (compress2(bytes, &length, (const Bytef *)buffer_text(plain), (uLong)plain->length,
		    Z_BEST_SPEED) != Z_OK)
		return false;
	return base64_encode(bytes, length, packed);
}

static void
end_inflation(z_stream *stream)
{
	inflateEnd(stream);
}

static bool
inflate_all(struct buffer *bytes, struct buffer *plain)
{
	CLEANUP(end_inflation) z_stream stream = {0};
	unsigned char piece[PIECE];
	int result = inflateInit(&stream);

	stream.next_in = (Bytef *)bytes->data;
	stream.avail_in = (uInt)bytes->length;
	while (result == Z_OK) {
		stream.next_out = piece;
		stream.avail_out = sizeof piece;
		result = inflate(&stream, Z_NO_FLUSH);
		if ((result == Z_OK || result == Z_STREAM_END) &&
			!buffer_append(plain, piece, sizeof piece - stream.avail_out))
			return false;
	}
	return result == Z_STREAM_END;
}

bool
packing_unpack(const char *packed, struct buffer *plain, struct error *error)
{
	CLEANUP(buffer_dispose) struct buffer bytes;

	buffer_init(&bytes, LARGEST_PACKED);
	if (base64_decode(packed, &bytes) && bytes.length > 0 && inflate_all(&bytes, plain))
		return true;
	return plain->overflowed
		       ? error_set(error, ERROR_EXHAUSTED, "a packed object is too large")
		       : error_set(error, ERROR_INVALID, "a packed object cannot be unpacked");
}
