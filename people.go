package bangban

import (
	"bangban/conversation"
	"bangban/conversation/ownership"
	"bangban/knowledge"
)

// openConversation puts the talks together with the engine and the people who answer.
func (c *City) openConversation() {
	c.Conversation = conversation.New(c.Store.Conversations(), c.Engine, conversation.Config{Log: c.log, Sentences: c.words,
		TopicOf: c.topicOf, After: c.changed})
}

// topicOf is the first 主题分类 code of an item; other entries have none.
func (c *City) topicOf(entry string) string {
	lib := c.current.Load().Library
	if item, ok := lib.Item(knowledge.ItemID(entry)); ok && len(item.Topics) > 0 {
		return item.Topics[0]
	}
	return ""
}

// changed tells those who wait for the event log that it has grown.
func (c *City) changed(*conversation.Conversation, ownership.Effects) {
	if notify, ok := c.grown.Load().(func()); ok {
		notify()
	}
}
