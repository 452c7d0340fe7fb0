package nlu

import (
	"slices"
	"testing"
)

// TestAttribute: what is asked about. The first attribute is the one that is answered.
func TestAttribute(t *testing.T) {
	u := starter(t)
	rows := map[Attribute][]string{
		Overview: {
			"身份证丢了咋补啊", "居住证怎么办", "怎么申请公租房", "二手车过户", "想给孩子上户口", "公积金怎么提取", "离婚怎么离", "身份证号码错了怎么改", "手机丢了身份证也丢了", "被公司辞退怎么办", "驾照扣完12分咋办",
			"生育津贴报多少钱", "生孩子能报多少", "失业金领多少", "失业金一个月发多少", "低保给多少钱", "给多少钱", "能补多少钱", "拆迁赔多少钱", "退休金怎么算", "产假几天", "产假多少天", "婚假有几天",
			"年假有多少天", "陪产假几天", "病假能请几天", "丧假几天", "育儿假有多久", "可以休几天产假",
			"新能源车上牌", "考教师资格证",
		},
		Materials: {
			"办护照要带什么材料", "居住证需要什么", "结婚登记带啥", "办社保卡要准备哪些东西", "补身份证要户口本吗", "办居住证要照片吗", "需要带身份证吗", "要什么证件", "上户口需要什么手续", "要交哪些资料", "材料清单",
			"办护照要几张照片", "用不用身份证复印件", "都要带些什么去", "需要提供什么证明", "材料呢", "离婚要拿什么", "过户需要哪些材料呀",
		},
		Time: {
			"护照要多久", "产假申请要几天", "身份证多久能拿到", "办居住证要几天", "什么时候能办好", "几个工作日能出证", "多长时间能下来", "办理时限是多少", "生育津贴多久到账", "当天能拿到吗", "营业执照多少天能批下来", "要等多长时间", "那要多久",
			"公积金贷款批多久", "什么时候到账",
		},
		Fee: {
			"办护照多少钱", "补身份证多少钱", "补身份证要钱吗", "工本费多少", "居住证收费吗", "办证费用怎么算", "免费吗", "要不要交钱", "法律援助要收费吗", "费用呢", "手续费是多少", "港澳通行证几块钱", "公证费贵不贵",
		},
		Place: {
			"在哪办身份证", "居住证去哪里办", "办护照到哪个窗口", "结婚登记在哪个部门办", "地址在哪", "派出所怎么走", "社保卡去哪家银行领", "离我最近的办证点", "在哪儿交", "换驾照上哪儿办", "这个归哪个部门管",
		},
		Hours: {
			"几点上班", "周末上班吗", "周六办不办", "派出所几点下班", "出入境大厅办公时间", "中午休息吗", "国庆放假吗 国庆上班吗", "星期天能办吗", "今天开门吗", "什么时候开门", "工作时间是几点到几点", "周六周日能办结婚证吗",
		},
		Phone: {
			"电话多少", "社保局的电话", "有没有咨询电话", "联系方式是什么", "打什么电话问", "公积金热线是多少", "派出所电话号码是多少", "给个电话",
		},
		Conditions: {
			"办居住证要什么条件", "什么人可以申请低保", "公租房的申请条件", "外地人能办身份证吗", "能不能落户", "谁可以申请法律援助", "多大可以考驾照", "要交几年社保才能摇号", "符合什么要求才能领失业金", "没有杭州户口能上小学吗",
			"交几年社保能落户", "学生可以办居住证吗", "几岁能领结婚证", "公租房有什么要求",
		},
		Online: {
			"网上能办吗", "护照可以网上申请吗", "手机上怎么弄居住证", "浙里办能办吗", "支付宝上能交医保吗", "能在线办理吗", "网上怎么补办身份证", "哪个app可以办", "能不能不去现场网上办", "小程序可以申请吗", "自助机能办吗",
		},
		ByAgent: {
			"能代办吗", "可以代领身份证吗", "别人能帮我办吗", "父母能代孩子办护照吗", "可以委托别人去吗", "老公能不能代我领", "必须本人去吗", "要本人到场吗", "让朋友帮忙领可以吗", "怎么写委托书", "人在国外怎么委托办理",
			"帮我妈办社保卡可以吗", "可以找人代办吗",
		},
		Result:     {"办好了给什么证", "办完会发什么证件", "最后拿到的是什么证", "结果是什么样的", "能邮寄吗", "可以寄到家吗", "是电子的还是纸质的"},
		Validity:   {"居住证有效期多久", "身份证管几年", "护照能用几年", "多久过期", "驾照有效期是多长时间", "无犯罪记录证明有效多久", "健康证几年一换 几年换一次", "签注有效期"},
		Steps:      {"办理流程是什么", "离婚的流程", "有哪些步骤", "先去哪再去哪 第一步做什么", "落户程序"},
		Visits:     {"要跑几次", "要去几趟", "能一次办好吗", "最多跑几次"},
		LegalBasis: {"依据是什么", "有什么法律规定", "哪条规定说的", "政策文件是哪个"},
		Complaints: {"投诉电话多少", "举报电话", "监督电话是多少", "去哪投诉", "找谁投诉窗口"},
	}
	for want, texts := range rows {
		for _, text := range texts {
			if got := u.Understand(text, testNow).Slots; got.Attribute() != want {
				t.Errorf("%s: got %v, want %q", text, got.Attributes, want)
			}
		}
	}
}

func TestSeveralAttributes(t *testing.T) {
	u := starter(t)
	for _, row := range []struct {
		text string
		want []Attribute
	}{
		{"办护照要带什么材料？要多少钱？", []Attribute{Materials, Fee}},
		{"居住证在哪办，几点上班", []Attribute{Hours, Place}},
		{"投诉电话多少", []Attribute{Complaints, Phone}},
	} {
		got := u.Understand(row.text, testNow).Slots.Attributes
		if len(got) < len(row.want) {
			t.Errorf("%s: got %v, want %v", row.text, got, row.want)
			continue
		}
		for i, a := range row.want {
			if got[i] != a {
				t.Errorf("%s: got %v, want %v", row.text, got, row.want)
				break
			}
		}
	}
}

func TestFollowUp(t *testing.T) {
	u := starter(t)
	for text, want := range map[string]bool{
		"那要多久": true, "在萧山呢": true, "护照呢": true, "费用呢": true, "护照呢？": true, "还有呢": true, "多少钱": true, "要带什么": true, "那孩子呢": true, "周末上班吗": true, "丢了呢": true, "那网上能办吗": true, "余杭": true,
		"居住证要多久": false, "身份证丢了怎么办": false, "怎么办居住证": false, "萧山的居住证在哪办": false, "代领结婚证可以吗": false, "公积金": false,
	} {
		if got := u.Understand(text, testNow).FollowUp; got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

func TestSituationAndAct(t *testing.T) {
	u := starter(t)
	for _, row := range []struct{ text, situation, act string }{
		{"身份证丢了咋补啊", "丢失", "补"},
		{"身份证弄丢了", "丢失", ""},
		{"驾照快到期了怎么换", "到期", "换"},
		{"社保卡坏了", "损坏", ""},
		{"第一次办护照", "首次", "首次"},
		{"老人去世了怎么注销户口", "去世", "注销"},
		{"外地户口能摇号吗", "外地户籍", ""},
		{"公积金怎么提取", "", "提取"},
		{"补贴怎么领", "", "领"},
		{"社保补缴", "", "补缴"},
		{"医保断了", "", ""},
		{"居住证续签", "", "续"},
	} {
		got := u.Understand(row.text, testNow).Slots
		if (row.situation == "") != (len(got.Situation) == 0) || row.situation != "" && !slices.Contains(got.Situation, row.situation) || got.Act != row.act {
			t.Errorf("%s: got %v and %q, want %q and %q", row.text, got.Situation, got.Act, row.situation, row.act)
		}
	}
}
