package simulator

// errcode is the platform's answer to a call; 0 is success. HTTP is 200 for all of them.
type errcode int

// messages are the errmsg beside a code, as far as the product may meet them.
var messages = map[errcode]string{
	-1:    "system error",
	0:     "ok",
	40001: "invalid credential, access_token is invalid or not latest",
	40002: "invalid grant_type",
	40003: "invalid openid",
	40004: "invalid media type",
	40005: "invalid file type",
	40007: "invalid media_id",
	40008: "invalid message type",
	40013: "invalid appid",
	40014: "invalid access_token",
	40016: "invalid button size",
	40017: "invalid button type",
	40018: "invalid button name size",
	40019: "invalid button key size",
	40020: "invalid button url size",
	40023: "invalid sub button size",
	40024: "invalid sub button type",
	40025: "invalid sub button name size",
	40026: "invalid sub button key size",
	40027: "invalid sub button url size",
	40029: "invalid code",
	40030: "invalid refresh_token",
	40037: "invalid template_id",
	40052: "invalid action name",
	40053: "invalid action info",
	40054: "invalid sub button url domain",
	40055: "invalid button url domain",
	40097: "invalid args",
	40125: "invalid appsecret",
	40163: "code been used",
	40164: "invalid ip, not in whitelist",
	40200: "invalid account type, msgmenu needs a verified account",
	41001: "access_token missing",
	41002: "appid missing",
	41004: "appsecret missing",
	41005: "media data missing",
	41008: "missing code",
	41009: "missing openid",
	42001: "access_token expired",
	42002: "refresh_token expired",
	43002: "require POST method",
	43004: "require subscribe",
	43101: "user refuse to accept the msg",
	44001: "empty media data",
	44002: "empty post data",
	44004: "empty content",
	45001: "media size out of limit",
	45002: "content size out of limit",
	45008: "article size out of limit",
	45009: "reach max api daily quota limit",
	45011: "api minute-quota reach limit, must slower, retry next minute",
	45015: "response out of time limit or subscription is canceled",
	45047: "out of response count limit",
	45072: "command should be Typing or CancelTyping",
	45080: "can not typing by no message",
	45081: "already typing",
	46003: "menu no exist",
	47001: "data format error",
	47003: "argument invalid",
	48001: "api unauthorized",
	48006: "api forbid to clear quota because of reaching the limit",
	65401: "invalid custom service account",
}

// text is the errmsg of a code.
func (e errcode) text() string {
	if m, ok := messages[e]; ok {
		return m
	}
	return "error"
}
