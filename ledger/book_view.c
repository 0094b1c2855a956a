/* Which reservations count in the inventory. */
#include "ledger/book_entries.h"

static void
count_entry(struct book *book, struct entry *entry, bool counts)
{
	if (counts && !entry->reservation && !book_is_left_out(book, entry))
		entry->reservation = inventory_reserve(book->inventory, entry->declaration);
	else if (!counts)
		book_stop_counting(book, entry);
}

void
book_view(struct book *book, struct order end)
{
	struct entry *entry;

	TAILQ_FOREACH(entry, &book->order, in_order)
	count_entry(book, entry, order_compare(entry->order, end) < 0);
}

/* Of the entries before `end`: which of its object's each one is. Returns the highest, and whether
 * there is more than one version of anything. */
static unsigned
take_turns(struct book *book, struct order end, bool *any)
{
	struct entry *entry, *earlier;
	unsigned most = 0;

	*any = false;
	TAILQ_FOREACH(entry, &book->order, in_order)
	{
		if (order_compare(entry->order, end) >= 0)
			break;
		entry->turn = 0;
		entry->last = true;
		for (earlier = TAILQ_PREV(entry, entries, in_order); earlier;
			earlier = TAILQ_PREV(earlier, entries, in_order)) {
			if (!object_equal(
				    &earlier->declaration->object, &entry->declaration->object))
				continue;
			entry->turn = earlier->turn + 1;
			earlier->last = false;
			break;
		}
		most = entry->turn > most ? entry->turn : most;
		*any |= entry->turn > 0 ||
			inventory_is_stored(book->inventory, &entry->declaration->object);
	}
	return most;
}

bool
book_view_instead(struct book *book, struct order end, unsigned round)
{
	struct entry *entry;
	bool any;

	if (take_turns(book, end, &any) < round || !any)
		return false;
	TAILQ_FOREACH(entry, &book->order, in_order)
	{
		bool before = order_compare(entry->order, end) < 0;

		count_entry(book, entry,
			before && (entry->turn == round || (entry->last && entry->turn < round)));
		if (before)
			inventory_veil(book->inventory, &entry->declaration->object);
	}
	return true;
}
