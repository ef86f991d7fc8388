"""Application permissions of the calling API.

Source: https://learn.microsoft.com/graph/permissions-reference
"""

INITIATE = "Calls.Initiate.All"
INITIATE_GROUP = "Calls.InitiateGroupCall.All"
JOIN_GROUP = "Calls.JoinGroupCall.All"
JOIN_GROUP_AS_GUEST = "Calls.JoinGroupCallAsGuest.All"
ACCESS_MEDIA = "Calls.AccessMedia.All"
READ_MEETINGS = "OnlineMeetings.Read.All"
WRITE_MEETINGS = "OnlineMeetings.ReadWrite.All"

#: Any of these decrypts who is calling. Source: https://learn.microsoft.com/graph/api/call-answer
CALLING = (INITIATE, INITIATE_GROUP, JOIN_GROUP, JOIN_GROUP_AS_GUEST, ACCESS_MEDIA)
EVERY_PERMISSION = (*CALLING, READ_MEETINGS, WRITE_MEETINGS)
#: Permissions that a chat or a meeting grants for itself, and what each stands for in it.
#: Source: https://learn.microsoft.com/microsoftteams/platform/graph-api/rsc/resource-specific-consent
IN_CHAT = {"Calls.JoinGroupCalls.Chat": JOIN_GROUP, "Calls.AccessMedia.Chat": ACCESS_MEDIA}
