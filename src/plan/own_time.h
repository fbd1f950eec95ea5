/* SPDX-License-Identifier: MIT */
/* What the program that limits compilers (own_time.c) says of its end, in exit status and log. */
#ifndef CLOBBER_OWN_TIME_H
#define CLOBBER_OWN_TIME_H

enum {
	OWN_TIME_UP = 124,     /* the program used up its time, and was ended */
	OWN_TIME_STARVED = 125 /* it could not use it up; or it could not be started */
};

/* Begins the last line of the log where a program was ended. */
#define OWN_TIME_WORDS  "clobber: time limit: "
#define OWN_TIME_ENDED  "up"
#define OWN_TIME_KILLED "up, and it had to be killed"

#endif
