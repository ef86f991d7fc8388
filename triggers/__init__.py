"""The HTTP edge and the timers: a request is validated, one room below is asked, a response is made."""
