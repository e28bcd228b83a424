/* golayout: the parts of a layout; the inner half of gotime. */
#ifndef TEXT_GOLAYOUT_H
#define TEXT_GOLAYOUT_H

#include "base/str.h"

enum golayout {
	GO_END,			/* no further part */
	GO_LONG_MONTH, GO_MONTH, GO_NUM_MONTH, GO_ZERO_MONTH,
	GO_LONG_DAY, GO_WEEKDAY, GO_DAY, GO_UNDER_DAY, GO_ZERO_DAY,
	GO_UNDER_YDAY, GO_ZERO_YDAY,
	GO_HOUR, GO_HOUR12, GO_ZERO_HOUR12, GO_MINUTE, GO_ZERO_MINUTE,
	GO_SECOND, GO_ZERO_SECOND,
	GO_LONG_YEAR, GO_YEAR, GO_PM, GO_LOWER_PM, GO_ZONE,
	/* Z07:00 and so on print Z for UTC */
	GO_ISO_SECONDS, GO_ISO_COLON_SECONDS, GO_ISO, GO_ISO_COLON,
	GO_ISO_SHORT,
	GO_NUM_SECONDS, GO_NUM_COLON_SECONDS, GO_NUM, GO_NUM_COLON,
	GO_NUM_SHORT,
	GO_FRACTION,		/* .000: as many digits */
	GO_FRACTION_SHORT,	/* .999: without zeros at the end */
};

struct golayout_part {
	struct str before;	/* text in front of it */
	enum golayout type;
	struct str text;	/* of the part */
};

/* Takes the text up to the next part, and that, off *layout. */
struct golayout_part golayout_next(struct str *layout);

extern const char *const golayout_months[12];
extern const char *const golayout_days[7];	/* from Sunday */

#endif
