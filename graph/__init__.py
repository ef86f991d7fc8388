"""The only room that knows Microsoft Graph.

Pure: `notifications`, `digest`, `roster`, `requests`, `meetings`, `joining`, `permissions`, `clouds`,
`callback_signature`. On the network: `client`, `credentials`,
`webhook_tokens`, `recording_download`. Every error of the second kind is drawn in `errors`.
"""

import logging

# httpx logs every address it dials at INFO. Those of recordings may carry their own key.
logging.getLogger("httpx").setLevel(logging.WARNING)
