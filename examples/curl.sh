#!/bin/sh
# The same by hand: one answer with its headers, one stream, one decision without a call.
url=${1:-http://127.0.0.1:7411}
ask='{"model": "auto", "messages": [{"role": "user", "content": "Once upon a time"}], "max_tokens": 60'
curl -si "$url/v1/chat/completions" -H 'content-type: application/json' -d "$ask}"
echo
curl -sN "$url/v1/chat/completions" -H 'content-type: application/json' -d "$ask, \"stream\": true}"
curl -s "$url/v1/route" -H 'content-type: application/json' -d "$ask}"
echo
