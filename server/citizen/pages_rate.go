package citizen

import (
	"context"
	"strconv"

	"bangban/conversation/ownership"
	"bangban/server"
)

type rateAnswerRequest struct {
	Looks
	Resolution string `form:"resolution" json:"-"`
	Stars      string `form:"stars" json:"-"`
	Unsolved   string `form:"unsolved" json:"-"`
	Framed     string `form:"embed" json:"-"`
	Fragment   string `header:"Bangban-Fragment" json:"-"`
	Proof      string `header:"Bangban-Conversation" json:"-"`
}

// rateAnswer takes the stars for an answered matter, or 还没解决. What follows from it comes as turns of the talk.
func (p *Pages) rateAnswer(ctx context.Context, req *rateAnswerRequest) (*server.Page, error) {
	if req.Framed == "1" {
		req.Embed = "1"
	}
	if req.Proof != "" && req.Embed == "1" {
		req.Talk = req.Proof
	}
	proof := server.ReadTalk(req.Talk)
	cmd := ownership.Command{Do: ownership.Unsolved}
	if req.Unsolved == "" {
		stars, _ := strconv.Atoi(req.Stars) // 0 is refused with a sentence
		cmd = ownership.Command{Do: ownership.Rate, ID: req.Resolution, Stars: stars}
	}
	if _, err := p.Conversation.CitizenAct(ctx, proof.ID, proof.Token, cmd); err != nil {
		return nil, err
	}
	p.Live.Notify()
	if req.Fragment == "1" {
		return &server.Page{Body: []byte{}}, nil
	}
	to := "/chat"
	if req.Embed == "1" {
		to += "?embed=1"
	}
	return &server.Page{Location: to}, nil
}
