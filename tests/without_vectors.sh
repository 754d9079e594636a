#!/bin/sh
# A compiler that reads JSON as on processors without vectors: with machine words, and in the general way only.
exec "$@" --cfg lark_event_words
