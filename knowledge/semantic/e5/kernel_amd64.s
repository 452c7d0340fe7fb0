#include "textflag.h"

// A register holds four columns of eight rows, a byte each, the low and high halves being columns j and j+16. VPMADDUBSW multiplies
// them with the same four values of a token and adds in pairs; sums of a block stay below 15*127*16 = 30480 and fit 16 bits.

// Unpack the next 32 bytes of weights into Y8 (columns j..) and Y9 (columns j+16..).
#define WEIGHTS(word) \
	VMOVDQU (word*32)(AX), Y8 \
	VPSRLW  $4, Y8, Y9        \
	VPAND   Y10, Y8, Y8       \
	VPAND   Y10, Y9, Y9

// The first word of a block begins the sum.
#define BEGIN(address, high, sum) \
	VPBROADCASTD address, Y12    \
	VPMADDUBSW   Y12, Y8, sum    \
	VPBROADCASTD high, Y13       \
	VPMADDUBSW   Y13, Y9, Y14    \
	VPADDW       Y14, sum, sum

#define NEXT(address, high, sum) \
	VPBROADCASTD address, Y12   \
	VPMADDUBSW   Y12, Y8, Y15   \
	VPBROADCASTD high, Y13      \
	VPMADDUBSW   Y13, Y9, Y14   \
	VPADDW       Y15, sum, sum  \
	VPADDW       Y14, sum, sum

// Scale the sum of a block and add it to the total; the scales of the weights are in Y8.
#define SCALE(less, scale, sum, total) \
	VPMADDWD     Y11, sum, sum      \
	VPBROADCASTD less, Y12          \
	VPSUBD       Y12, sum, sum      \
	VCVTDQ2PS    sum, sum           \
	VBROADCASTSS scale, Y13         \
	VMULPS       Y13, Y8, Y13       \
	VMULPS       Y13, sum, sum      \
	VADDPS       sum, total, total

#define CONSTANTS \
	MOVQ         $0x0f0f0f0f0f0f0f0f, R14 \
	MOVQ         R14, X10                 \
	VPBROADCASTQ X10, Y10                 \
	VPCMPEQW     Y11, Y11, Y11            \
	VPSRLW       $15, Y11, Y11

#define WORD4(step, word) \
	step((word*4)(SI), (word*4+16)(SI), Y4)             \
	step((word*4)(SI)(BX*1), (word*4+16)(SI)(BX*1), Y5) \
	step((word*4)(SI)(BX*2), (word*4+16)(SI)(BX*2), Y6) \
	step((word*4)(SI)(CX*1), (word*4+16)(SI)(CX*1), Y7)

// func times4(packed *byte, weightScales, bias *float32, values *int8, scales *float32, sums *int32, y *float32, blocks, rows int)
TEXT ·times4(SB), NOSPLIT, $0-72
	MOVQ packed+0(FP), AX
	MOVQ weightScales+8(FP), DX
	MOVQ values+24(FP), SI
	MOVQ scales+32(FP), DI
	MOVQ sums+40(FP), R8
	MOVQ blocks+56(FP), R9
	MOVQ R9, BX
	SHLQ $5, BX            // bytes of a token's values
	LEAQ (BX)(BX*2), CX
	MOVQ R9, R10
	SHLQ $2, R10           // bytes of a token's scales and sums
	LEAQ (R10)(R10*2), R11
	CONSTANTS
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3

block4:
	WEIGHTS(0)
	WORD4(BEGIN, 0)
	WEIGHTS(1)
	WORD4(NEXT, 1)
	WEIGHTS(2)
	WORD4(NEXT, 2)
	WEIGHTS(3)
	WORD4(NEXT, 3)
	VMOVUPS (DX), Y8
	SCALE((R8), (DI), Y4, Y0)
	SCALE((R8)(R10*1), (DI)(R10*1), Y5, Y1)
	SCALE((R8)(R10*2), (DI)(R10*2), Y6, Y2)
	SCALE((R8)(R11*1), (DI)(R11*1), Y7, Y3)
	ADDQ $128, AX
	ADDQ $32, DX
	ADDQ $32, SI
	ADDQ $4, DI
	ADDQ $4, R8
	DECQ R9
	JNZ  block4

	MOVQ    bias+16(FP), R12
	VMOVUPS (R12), Y8
	VADDPS  Y8, Y0, Y0
	VADDPS  Y8, Y1, Y1
	VADDPS  Y8, Y2, Y2
	VADDPS  Y8, Y3, Y3
	MOVQ    y+48(FP), DI
	MOVQ    rows+64(FP), BX
	SHLQ    $2, BX
	LEAQ    (BX)(BX*2), CX
	VMOVUPS Y0, (DI)
	VMOVUPS Y1, (DI)(BX*1)
	VMOVUPS Y2, (DI)(BX*2)
	VMOVUPS Y3, (DI)(CX*1)
	VZEROUPPER
	RET

// func times1(packed *byte, weightScales, bias *float32, values *int8, scales *float32, sums *int32, y *float32, blocks int)
TEXT ·times1(SB), NOSPLIT, $0-64
	MOVQ packed+0(FP), AX
	MOVQ weightScales+8(FP), DX
	MOVQ values+24(FP), SI
	MOVQ scales+32(FP), DI
	MOVQ sums+40(FP), R8
	MOVQ blocks+56(FP), R9
	CONSTANTS
	VXORPS Y0, Y0, Y0

block1:
	WEIGHTS(0)
	BEGIN(0(SI), 16(SI), Y4)
	WEIGHTS(1)
	NEXT(4(SI), 20(SI), Y4)
	WEIGHTS(2)
	NEXT(8(SI), 24(SI), Y4)
	WEIGHTS(3)
	NEXT(12(SI), 28(SI), Y4)
	VMOVUPS (DX), Y8
	SCALE((R8), (DI), Y4, Y0)
	ADDQ $128, AX
	ADDQ $32, DX
	ADDQ $32, SI
	ADDQ $4, DI
	ADDQ $4, R8
	DECQ R9
	JNZ  block1

	MOVQ    bias+16(FP), R12
	VADDPS  (R12), Y0, Y0
	MOVQ    y+48(FP), DI
	VMOVUPS Y0, (DI)
	VZEROUPPER
	RET
