// Package answer is the answering engine (应答引擎): a question and the talk so far go in, one Reply comes out.
// It is deterministic and changes nothing: the same question over the same knowledge gets the same answer on every channel.
// It does not keep conversations, send, or act on a citizen's word. Start at Engine.Answer.
package answer
