/*
 * columns: what a traces block holds: its tables and columns by name.
 *
 * The contract between the writer (build, merge), the tail and assembled
 * traces (the same frame in memory), and the query engine. See traces(5).
 *
 * Order: traces by start, the spans of a trace together, in tree pre-order
 * (children by start; spans cut off from every root after the tree). A trace
 * never crosses a stripe unless it alone is over STRIPE_ROWS.
 */
#ifndef TRACE_COLUMNS_H
#define TRACE_COLUMNS_H

/* tables of a stripe */
enum {
	TR_SPAN,	/* a row a span */
	TR_TRACE,	/* a row a trace */
	TR_RES,		/* a row a distinct (resource, schema url) */
	TR_SCOPE,	/* a row a distinct (scope, schema url) */
	TR_EVENT,	/* a row an event, in order of span */
	TR_LINK,
	TR_TABLES
};

/*
 * TR_SPAN:
 *   id FIX8      start INT (ns)   duration INT (ns, >= 0)
 *   parent INT   row distance to the parent (its row = row - parent, > 0);
 *                0: root; -1: the parent is not in this part (parent_id)
 *   parent_id FIX8   only of rows with parent = -1, null elsewhere
 *   name STR   kind INT   status INT   message STR (null when empty)
 *   state STR (trace_state, null when empty)   flags INT   end_off INT
 *   (end - start as received when negative; null else)
 *   dropped_attributes, dropped_events, dropped_links INT (null when 0)
 *   res INT, scope INT   rows of TR_RES, TR_SCOPE in the same stripe
 *   received INT         ns, of the record
 *   s.KEY      a span attribute, type by its value; ANY: encoded AnyValue of
 *              arrays, maps, bytes, empties. The first of equal keys is kept.
 *   x          ANY: KeyValueList bytes of keys past the budget of columns
 *   more       ANY: fields of the Span message that no column keeps (repeated
 *              keys, events and links past TRACE_CHILDREN_MAX, times past
 *              2262, fields of later versions), as they came; null when there
 *              are none. Queries do not look here, re-encoding does
 * TR_TRACE:
 *   id FIX16   first INT (row in TR_SPAN)   spans INT
 *   start INT  end INT (ns, over its spans here)
 *   root INT   rows from first to its only root; -1: it has none; null: several
 *              (older blocks lack the column)
 *   cut INT    spans left out here, over the store's limit; null when none
 * x is in the four tables below, too.
 * TR_RES:    r.KEY as s.KEY; url STR; dropped INT; raw ANY (null unless it has
 *            fields that the columns do not keep)
 * TR_SCOPE:  name STR, version STR, i.KEY, url STR, dropped INT, raw as above
 * TR_EVENT:  span INT (row in TR_SPAN), time INT (ns after the span's start,
 *            may be negative), name STR, e.KEY, dropped INT
 * TR_LINK:   span INT, trace_id FIX16, id FIX8 (null: not of that length),
 *            state STR, flags INT, l.KEY, dropped INT
 * TR_EVENT and TR_LINK also: raw ANY, the whole message where the columns do
 * not keep all of it; null elsewhere.
 *
 * Sections: "ids" RAW trace ids sorted, 16 bytes and a u32 trace number
 * (counted over all stripes) each; "idfilter" RAW, units of 4 KiB; "split":
 * the 16-byte ids, sorted, that an older live block also holds, or that this
 * block holds in pieces (over STRIPE_ROWS); "replaced": rows of TR_TRACE in
 * stripes that a merge copied, not to be read: another stripe has all of them.
 */

#define TRACE_KEYS_MAX	1000u	/* attribute columns of a scope in a block */
#define TRACE_CHILDREN_MAX 4096u	/* events, or links, of a span */
#define TRACE_VALUE_MAX	65536u	/* bytes of an attribute's value: text over
				   that is cut, others are left out, and */
#define TRACE_CUT	S("otelutils.cut") /* beside them says which, and how
				   long they were */

#endif
