package server

import "bangban/kernel/fault"

// The words of a kind, for keys that have none of their own.
var kindWords = map[fault.Kind]words{
	fault.Invalid:      {"内容有误", "这次发来的内容我们看不懂，请检查后再试。"},
	fault.Unauthorised: {"请先登录", "请先登录，再继续。"},
	fault.Forbidden:    {"不能这样做", "这一步您现在不能做。"},
	fault.NotFound:     {"没有找到", "没有找到您要的内容。请核对后再试。"},
	fault.Conflict:     {"内容已变化", "内容刚刚变了，请刷新后再试。"},
	fault.TooLarge:     {"内容太长", "内容太长了，请分几次发。"},
	fault.TooMany:      {"发得太快", "您发得太快了，请过 {seconds} 秒再发。"},
	fault.Unavailable:  {"暂时不可用", "系统现在忙不过来，请稍后再试，急事请打 12345。"},
	fault.Internal:     {"系统问题", "系统出了点问题，请稍后再试，急事请打 12345。"},
}

// The built-in words of each problem. The city's own sentences (key "problem." + this) come before them.
var builtIn = map[string]words{
	"internal":                  {"系统问题", "系统出了点问题，请稍后再试，急事请打 12345。"},
	"slow":                      {"系统繁忙", "系统现在有点慢，这次没有办成。请稍后再试，急事请打 12345。"},
	"too_many":                  {"发得太快", "您发得太快了，请过 {seconds} 秒再发。"},
	"too_many_streams":          {"连接太多", "同时打开的页面太多了，请关掉几个再试。"},
	"path.unknown":              {"没有这个页面", "没有这个页面。请核对地址，或者回到首页。"},
	"request.method":            {"方法不对", "这个地址不支持这种访问方式。"},
	"request.malformed":         {"请求不完整", "这次发来的内容不完整，请再试一次。"},
	"request.framing":           {"请求不完整", "请求里写了两种长度，我们不能收。"},
	"request.timeout":           {"网络太慢", "内容没有传完，请检查网络后再试。"},
	"request.too_large":         {"内容太大", "内容太大了，我们收不下。请减少一些再发。"},
	"request.headers_too_large": {"请求头太长", "地址或请求头太长了。请清一下本站的 Cookie 再试。"},
	"request.json_type":         {"格式不对", "请用 JSON 格式发送（Content-Type: application/json）。"},
	"request.form_type":         {"格式不对", "请用网页表单发送。"},
	"request.empty":             {"没有内容", "没有收到内容，请填写后再发。"},
	"request.encoding":          {"编码不对", "文字的编码不对，请用 UTF-8 编码再发。"},
	"request.nul":               {"有不能用的字符", "内容里有不能用的字符（空字符），请去掉后再发。"},
	"request.too_deep":          {"结构太深", "内容的层次太多，请按接口说明的格式再发。"},
	"request.json":              {"不是有效的 JSON", "内容不是有效的 JSON，请检查后再发。"},
	"request.not_an_object":     {"格式不对", "内容要写成一个 JSON 对象，如 {\"text\":\"身份证丢了怎么补\"}。"},
	"request.wrong_type":        {"类型不对", "“{field}”的类型不对，请按接口说明填写。"},
	"request.unknown_field":     {"有不认识的字段", "“{field}”不是我们认识的字段，请按接口说明填写。"},
	"request.other_site":        {"来自别的网站", "这次操作是从别的网站发来的，我们没有收。请在本站重新操作。"},
	"request.page_too_old":      {"页面已过期", "页面放得太久了。请刷新页面再发一次。"},
	"ask.empty":                 {"没有问题", "请写下您的问题。"},
	"ask.too_long":              {"问题太长", "问题最多 {limit} 个字。请说短一点，或者分几次问。"},
	"ask.not_text":              {"编码不对", "文字的编码不对，请用 UTF-8 编码再发。"},
	"ask.bad_value":             {"内容太长", "选项、地区或来源太长了，请按接口说明填写。"},
	"ask.bad_key":               {"幂等键不对", "Idempotency-Key 最多 200 个字符，只能用可见的英文字符。"},
	"conversation.not_found":    {"没有这个对话", "没有找到这个对话。请重新开始提问。"},
	"conversation.id_missing":   {"缺对话编号", "用 Bangban-Conversation 时，请把 conversation_id 一起发来。"},
	"conversation.busy":         {"发得太快", "前面的话还在处理，请过 {seconds} 秒再发。"},
	"conversation.slow":         {"系统繁忙", "系统现在有点慢，这句话没有收到。请再发一次，急事请打 12345。"},
	"turn.not_found":            {"没有这条答复", "没有找到这条答复，请刷新后再试。"},
	"answer.not_found":          {"没有查到", "没有查到。请核对答复编号再试。"},
	"answer.bad_number":         {"没有查到", "没有查到。请核对答复编号再试。"},
	"answer.not_ready":          {"还没准备好", "系统正在准备，请稍后再试，急事请打 12345。"},
	"item.not_found":            {"没有这个事项", "没有找到这个事项。请换个说法搜一搜。"},
	"law.not_found":             {"没有这部法规", "法规库里没有这部法规。请换个名称搜一搜。"},
	"law.article_not_found":     {"没有这一条", "这部法规里没有这一条。请看它的目录。"},
	"laws.preparing":            {"正在准备", "法规库正在准备，请过 {seconds} 秒再搜。"},
	"laws.level":                {"级别不对", "级别只能填 law、regulation、rule、local。"},
	"region.unknown":            {"没有这个地区", "没有找到“{region}”。请填本市的区、县（市）名称或代码。"},
	"cursor.invalid":            {"翻页位置不对", "翻页的位置不对，请从第一页重新看。"},
	"limit.invalid":             {"数量不对", "每页数量要在 1 到 {limit} 之间。"},
	"query.too_long":            {"搜索词太长", "搜索词最多 {limit} 个字，请少写几个字试试。"},
	"feedback.invalid":          {"评价不完整", "请写明 conversation_id、turn_id 和 useful（true 或 false）。"},
	"feedback.bad_reason":       {"原因不对", "没用的原因只能是 off_point、wrong、unclear 或 cannot_do；有用就不用写原因。"},
	"store.full":                {"暂时存不下", "系统现在存不下新内容，仍可以提问和查询。请稍后再试，急事请打 12345。"},
	"store.away":                {"暂时不可用", "系统的一部分现在连不上，请稍后再试，急事请打 12345。"},
	"store.slow":                {"系统繁忙", "系统现在有点慢，这次没有办成。请再试一次，急事请打 12345。"},
	"store.conflict":            {"内容已变化", "内容刚刚变了，请再试一次。"},
	"conversation.moved_on":     {"内容已变化", "这个对话刚刚有了新内容，请再发一次。"},
}

// documented are the keys that have a page: those with words of their own, and the kinds for all others.
var documented = func() map[string]bool {
	keys := map[string]bool{}
	for key := range builtIn {
		keys[key] = true
	}
	for kind := range kindWords {
		keys[string(kind)] = true
	}
	return keys
}()
