/*!
 * Letters of Inter Medium, version 4.001.
 * Copyright 2016 The Inter Project Authors (https://github.com/rsms/inter)
 * SIL Open Font License 1.1: https://openfontlicense.org, and OFL.txt of this package.
 * Made by scripts/fonts/letters.mjs.
 */

/** Parts of the size that coordinates and advances count. */
export const GRID = 256
/** How far letters reach above and below the line they stand on. */
export const [ASCENT, DESCENT] = [248, 62]

/** Digits of the numbers below: one for a number under `SHORT`, else two. */
export const DIGITS =
  '!"#%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz{|}~'
export const SHORT = 75

/**
 * On each line a letter, its advance, and each contour: its number of points, then x and y as the
 * difference to the point before. The lowest bit of x says that a point is off its curve; the
 * next one, and the lowest of y, that the difference is negative.
 */
export const OUTLINES = `
 h
!o%&o?oO(pzoO!(py.ToRA!M8!0"2O8B!C!O7!1"/M7
"oV&oKp_,okoG!,oj&o;!0okoK!,oj
#o}>r&!Bo;p&!@o:o-!Bo;oA!2NoC!>o+oA!.PoC!Bo9o/!@o8p,!Bo9o/!@o8oC!0OoA!<o*oC!0MoA!@o:&pNoip(!>o+p&!
$o~SqQU!Pg#P.^.kT#DoK!'5O=F';%>"!oSD&o2.o>R!H"BmR_0O,Z#!T_!!Qa"R-a/eO&?oE!%<L0A,L&!oJB%C%o#1e9KE!9"AcS]/U-f"!O-!o7?#:(G(O>!4"2E6@*=(D&-]b!oC="4%A)E9!1"3O7B'7%
%p|4q%pHQ!g6EF!8!4"8GFi6R!S!i5GE!7!3"7EEg50PFG!?<!2!4"2=<D!E!A;!1!3"1C;4t(psU!g6AF!6!6"8CDi8V!S!i7CC!7!5"5AEg50PFG!?<!0!6"2=<D!E!A;!1!5"/?;&so?smr:o3!skr9
&p"OqE'o!!oB>^P!@":KDB2C0J0)&#&A6EH!8"<OJo08Z![!o,7OG!7"39=M;@+P5omo.'(*(3:!@o;!"EAS81%"!"o?coQ!P@E3T)U+/o-p&4)I/E=!1"3C9[/J!O!J*;(:,3oko{R4/&C074!."2M6H!9!I+53!/"-;;6/+%
'o'&oKp_,okoG!,oj
(o53o;oq"JGo1[o)JBo?!IIUo*Ao*!E"C?eWo!NOo=!cXgoG
)o53NiOPWo";h!B"F=o+Yo+DJo?!GAao(Co0!I"YcoFbW
*o]4pbo}*o"oYKHDoaFo^DJFo[K(o"o'!(o!oWLJEo^CoaEHCoUL*o!
+p'.qE:!o;p>!!Pp@!!o;o;!!o:p@!!Op>!!o:
,o%&do2NokoK!o%oj
-oM&rZp0!Oqm!!P
.o%.ou%A!M8!2"0O8B!C!K7!/"1I7
/o6&r.rLpls(o9!pns)
0o~2qo%o.!oRNco-!_"_eo-oTPo/!o,!oTOeo,!^"^co,oRM2o)RW!mDGd!N"PEdkDT!U!kCIc!O"MKcmC
1oA*q{r:!r9oI!!qc#!p*c!]o}]
2owBl!!LpzoYK6WB?@!2"4E>^0D!I!^1A?!5oA!"DeVoD>h!m!oD=aQ!?"5=Io&QfEogo!!%qo!!Q
3ozWqc%k!oN<gP!@oG!'1K9e/J!O!i2K<!4"6I>k2T!b!!Pd!K!e0G>!2"4A<Y0D!E!c/I9!1oE!'@iPoH<h!m!o@=aO!="AkKX)!%S"i;GE!9"?gQoJ=
4p#-Zl!Pqgp|oe!!pwo7!!So5!!koE!!l'&T!p2(!p_p/!"
5osIqQ%g!oF<cP!@oC!'1G9a/F!O!e4GF!8"8EFg6L!E!g-4+o=*Jp8rd!!Qq[!8o>&!;,m0J!W!o03aCGM!="EcYoJA
6ozEqk%Q!o62o&LQh!V"RKo"mVo@>h!e!o@;iO*?oE!-8g@T!Y!o!AI^!K&!72[8i.J!e!oDAaW!E"Ec[oJA3o%RO!i6KF!8"6IFg6H!A!Y-I79=!1"5KEi5
7ok*o7!qgqc!&r<!!Rs[!!Sqeqd
8ozBqg%o&!oN<gR!@"8KJi>N&!#Y(gP!@">aPoD<l!i!oD;aO!="?gOT'!"K%i=KI!7"?gQoN;2nPO!i0G>!6"4I@g4H!M!g3I?!3"5G=i/2Rp(G![2C<!4"2A<Y0D!I!Y/A;!1"3C;[1
9ozEqU'g!o>>cP(@oG!/9e?Z!W!o(BKb!L#!51Y7k/H!c!o>BcZ!F"De]oPDo"!W!o83o(IOi!S"SIo!kUo>=3Xp2C!W.O87>!0"8EDg8L!I!g7IC!7"7KCe5
:o%.ou%A!M8!2"0O8B!C!K7!/"1I7.@pBA!M6!2"2O6B!C!K5!1"1I5
;o(&do2NokoK!o%oj.:q?A!I6!2"2K6B!C!K5!1"1I5
<p'*o+oU!LsSoK!Yr(o&!"r*o&!Y
=p'&oCp.!Ts?!!S&s=oF!Ts?!!S
>p'*tfoUsMoJ!Zr*o%!&r(o'!ZsOoJ
?o_Dp<oI!#"D?HO8F,C,O>!6"2=:U.<!=!U+A9#5oE!'DaNo<:d!e!o<;aM!?"?YMT/=+I359!7!".PoLA!M8!0"2O8B!C!K7!1"/I7
@pznsyo<oF!p'BoN]co/!X"Xeo-oL_p)DoC!o@!o~CoD[ak!K"=1WIKk;X!=!^*M4(2#!-3k9X!g!o2BM]!F"DWXo8@_!S!i1.-*!!8o+!!o~"/C3>!G!G83T!H"BI]o*PoV<o-!o*!o_;o2QQk!M"MSko8Qof9o3!K!o#(a,2&>K9%k+o.)2nosO!a4?H!<">ADY.L!I!Y5=A!7"7;G[7
Ap2*:!q-r:oe!q-r9oQ!fo9qC!fo8-qkokLb1:4D1>4D5E0;5C09Ha
Bp#6o+!!r:q1!o(!o@;WM!="7EAY5D%!%K!m7OI!?"=UOoF;o-!,p&Toy!o(!m@!:"4E>c4L!p!!,!Noq!G!a0G<!4":c@f!oo!
Cp8HrN%o6!opNo.o-!_"_o0o-orPo7!a!o@3o(AWO.?oI!)4A>U4c,D!c!o:A^a!O"Maco<?d!G!e*W6C>*2oK!);UOo&CoB3
Dp5-qg!pl!!r:pv!oH!ovMo,o*!["[o*o(oxO-ppToS!o,!oHB[_!N"NYboB@o)!oU!
Eos.o+!!r:s?!!Qr(!!oFqo!!Qqm!!oHr.!!S
Fop,o+!!r:s;!!Qr#!!oNq^!!Qq[!!ot
Gp;IrR%o:!opPo.o-!]"_o0o-orPo7!a!o@3o(A[O*=oI!-4A<U4^,D!c!o:A^a"o0aao@Ad!a!o0:>8;8!>p2!!RqI!!M"Oo&iodE
Hp;.o+!!r:oG!!otr6!!ouoK!!r9oI!!p!r4!!o~
Ij&p@r:!r9oE!!r:
Jol4q5%o>!oV]!X!8oK!!7"AeAV!W!eB!B!q)oK!!q("WoV[
Kp,4o+!!r:oG!!oL!m+(*(;2WBB2pLoKoi!qCoxqIpOo^!plp*o=[!oJ
Loj(o+!!r:oG!!qdqw!!S
MphSo+!!r:p#!oypQ+)3?7C*1'%!""#&&+27D3@**oypRp#!!r9oE!!pD"."B"F&4",!,)-#+-59E5?(+oopCo5!ospD),5@5F,4),(.")&)"3"E"C!-!pC
Np>@o+!!r:o[!q9pY/+G?65++.-".#,"8%F!.!pPoK!!r9oY!pxpB52ED881086'3!1'9'E!-!pA
Op@2rN%o6!opNo.o-!_"_o0o-orPo7!o8!orOo0o,!^"^o.o,opM2o5Ve!o<@ad!N"P^bo:Bb!c!o:A^a!O"Maao<A
Po}.o+!!r:q)!o0!oLA[W"gYYoJAo-!oo!!oX-!p.oe![!i6CB!8"6ADg4X!oc!
QpA6rN%o6!opNo.o-!_"_o0o-orPp=!orOo0o,!^"^LKAAP5o;eoI!]Lc-7oAoSoG!hOC068?B!N"P^bo:Bb!c!o:A^a!O"Maao<Ad!G!B&
Rp!5o+!!r:q)!o0!oL?[U!C"CYU]/)%,"o}onoU!oooe%!#!oo!!od-!p:oe![!i2C>!8"6ABg2X!oc!
So~Uqo'o*!oN<kT#DoK!'5O=m-N!S!m0O>!4"2E6c0H(o-.o2.o>R!H"BmRoP>l!o(!oL=eO&?oE!%<o*>b!M!g/E9!1"3O7a->%o"+C%o#1e9KE!9"AcSoR=
Tp"*Nqg!RtT!!Qpd!!qfoI!!qg
Up:8rB'o.!o_Dkb!H!proG!!pm"9OIo,7Z![!o(8OJ!:!pnoK!!pq"Gkao_C
Vp21qI!q/r:oS!oipI39:E3;2C7D2>7D2:oepJoS!q'r9
Wq!Jpb!pFr:oO!oCpO/53M*5'+&-'.&,+67N*6oGpPoS!oCpO/57M*5'+&+&6+67N*6oCpPoO!pBr9oY!oMpX-<,B%0(0%/#--?0?oIpW
Xp/B>!q-p:ptp2o[!o7k;3C;.-+)*)+***/.C<:4o;loW!ppp/q)p;o^!oMo150=8,.)((*))('-+=98/oMo0
Yp.3qM!!omq3p]oa!oeoL;523+).-+.*,7464oeoMo[!q/p[!ol
Zo}<d!!Hqcpj;4B4/*.(=!8!Q!P!p|!!Rt#!!Gq[pe93@3-+0)?!>!S#R!pz!!S
[o5*o?i!s=pT!!OoA!!r=oC!!M
\\o6&q%Ypls)o;!pns(
]o5*_i!NoC!!r>oA!!PpP!!s<
^oQ*JpHoqowo?!oqovo5!o=oI(!o=oH
_oN&sG!!OsE!!P
\`o-&p,q^o9noK!hm
aojJpf'Y!o*6UH!>"8KBa4o#*J#W&a&?*!,!#"296M.D!E!Y+A3(+o=07:mBo40R!G!o#)e7OG!?!p5oA!!H#!-+M5c/44NO!e4G>!2!F)"A'M"I%,!A"U+A3!/"-?3S+
bow9r&'U!c4E8(,,!!Mo=!!r:oC!!ob*!+*G:e4V!i!o@Cae!M"O^co>E2o1RS!e<CN!>">ALc<P!Q!c9AM!="?CMe9
comHqU'o!!oNFcf!L"NefoPFo"!O!o#-e7K?.5o=-),54E0I(<!Q!g;AM!=";CMi=R!?!O*C0;4&.o?/)3MA^7o&-
dow9q='g!oBF^d!P"NafoDDh!W!a3G9.)&!!ocoG!!r9oA!!N(!-+E7c328RO!e:GN!@">ANg:L!U!c;AK!="=CMi;
eoo?q^'o*!oNFcd!N"LefoLHo"!S!o41iCOW!G!3rP!";6375i5R!C!S*G4.0o?-17cCo23-pRp&qA!%4,016c8P!M!g7051/
fo8;r&q9!OoQ!!pgoE!!pho=!!Po?!!B"<SDo#4N!C!S'."<M)#9#0!I!A5!3!9
goxHqUoDc!o62^>02o38+)G3[-N!e!o(@!B!X,!))E7c1T!c!o>Bc_!N"PadoDDh!W!e3G9*)*!!PoC!!q<"EcQoJ72joyS!e8CL!>">ALc:P!Q!g9AM!;"=CIi9
hos9p4p!!o~oA!!r:oC!!of7:F.S4d![!o09SQ!C!p-oE!!p&"BcDT!I!Y3E?
ie&o"!!q9oC!!q8.Xqe=!I6!."0K6>!C!K5!/"-I5
je/lq9oG!!qJ"=IGo&5]!4!!P2!K!C8!4.Zqw=!I6!."0K6>!?!O5!/"-M5
koh/o"!!r:oC!!pM.!pXoMo[!p_oNproxo^!p:oUT=!o8
le&p4r:!r9oA!!r:
mpaMo"!!q9o?!!U/06.;2i0F!a!F3C1.9/06.?2o#2N!S!o(7SK!A!p7oE!!p4">^:L!A!U/=;!1!p/oA!!p6":Y<L!A!U/A=!5!p)
nos9p4p!!o~oA!!q9o?!!W;<F0S4d![!o09SQ!C!p-oE!!p&"BcDT!I!Y3E?
oot2qU'o!!oNFcf!L"NefoPFo"!o(!oLEie!M"KgeoJE2o%PW!i>CN!<">ANg<T!Q!g;AM!=";CMi=
pow9o"o>!rFo?!!O.!+*G:e4V!i!o@Cae!M"O^co>Ef!U!c4E8(,(!!ol2oiokS!e<CN!>">ALc<P!Q!c9AM!="?CMe9
qow9t@o>oE!!om#!-+E7c3P!g!oBF^d!P"NafoDDh!W!a3G9.)*!!PoC!2pxpkO!e:GN!@">ANg:L!U!c;AK!="=CMi;
ro:6o"!!q9o?!!O*!3:o#<R!/!;".!!U)!A#4!E!^1E=!3!p%
socNq5'^!o64^D,:o?./7e7R!W!e:!0"0I4H&o1,o&,o!H!@":[Ho<8_!e!o,3WA.5o5--2U8P!Q!^5!1"/K3R'o/+o()mG!=";YIo>7
to.:qYq9!OoE!!ov"3C/B!+!?#*!6M1"I%4!o!!o*J!F!o{o%!!Po'!!foC!!e
uos9q)%Y!o.:MR!D!p.oC!!p'"?eCZ!G!a2CB!8!p!oG!!q8oA!!X9;D/Q3
vol1pj!pNq9oO!oCox7;.;'+*-'.&,3<2<oGoyoK!pJq8
wpPIp@!p!q9oK!doJ/;2A/9*;/<.83B.>doKoC!_oJ3;2A+9.;/<*83B2>_oKoK!p!q8oE!foO)45J,8%*#*%)#))75I,3foN
xoh>>!p<oip.oaoS!dU;565+'*)+**(36>6dVoO!p.obp<ofoQ!n_=606)((()'#'5585n^
yol>ho::N2"?"O#C4.4.6pNq;oO!oCox7;.;'+&++,&,/<6<oGoyoO!ppq_19U?g/L!=!I&
zoh.d!!HqMp<!#qC!!Rrt!!Iq?p9!"qM!!Q
{oHPrNiU!o&,U:=H!>!V"@8.5,P#0!!X2!S!6.;.!@!V">?HW:o(,V!!Mc!M=!?!e"/19Q3H'"!#!!''!!!K'S339!/!e"?O=d!
|o0&pbsW!tuo9!!tv
}oHN_i!Ne!O>!@!f"03:O4N("!&!!(%!!!M(M41:!0!f"@M>b!!NW!o(+W9;G!=!U"?>-;-Z!&!!W^!U;!=!U"=9GU9o&+
~p'>o+oC%BKJm4J!G!a/J3;+C+6!?!G8!8o3!'AMKg3H!E!c2D2=.=*4!=!E5!7
…pg.ou%A!M8!2"0O8B!C!K7!/"1I7.q9!A!M8!2"0O8B!?!O7!/"1M7.q9!=!M8!2"0O8>!C!O7!/"1M7
–oW&smp0!Osk!!P
—p~&yIp0!OyG!!P
×p'.sq:p&o/p*o.fFp(o-p&o/hFp,o.p(o/lEp*o.p,o,
°oL2pjpHQ!o&8MJ!:":OHo(:R!O!o(9OG!9"9MIo&72LL;!K.76!.".56I.8!9!I-95!-"-;5K-
±p'.o;o}!Rp<!!jo;!!ip<!!Qp:!!io9!!j&p:ol!RsO!!Q
·o%.ouoeA!M8!0"2O8B!C!K7!1"/I7
éoo?q^'o*!oNFcd!N"LefoLHo"!S!o41iCOW!G!3rP!";6375i5R!C!S*G4.0o?-17cCo23-pRp&qA!%4,016c8P!M!g7051/&o;o^hnoK!o9m
èoo?q^'o*!oNFcd!N"LefoLHo"!S!o41iCOW!G!3rP!";6375i5R!C!S*G4.0o?-17cCo23-pRp&qA!%4,016c8P!M!g7051/&o?o^o9noG!lm
êoo?q^'o*!oNFcd!N"LefoLHo"!S!o41iCOW!G!3rP!";6375i5R!C!S*G4.0o?-17cCo23-pRp&qA!%4,016c8P!M!g7051/+loco=!!#oWho7!oSg!"o9!jL
àojJpf'Y!o*6UH!>"8KBa4o#*J#W&a&?*!,!#"296M.D!E!Y+A3(+o=07:mBo40R!G!o#)e7OG!?!p5oA!!H#!-+M5c/44NO!e4G>!2!F)"A'M"I%,!A"U+A3!/"-?3S+&6q7o9noK!hm
áojJpf'Y!o*6UH!>"8KBa4o#*J#W&a&?*!,!#"296M.D!E!Y+A3(+o=07:mBo40R!G!o#)e7OG!?!p5oA!!H#!-+M5c/44NO!e4G>!2!F)"A'M"I%,!A"U+A3!/"-?3S+&2q7hnoK!o9m
âojJpf'Y!o*6UH!>"8KBa4o#*J#W&a&?*!,!#"296M.D!E!Y+A3(+o=07:mBo40R!G!o#)e7OG!?!p5oA!!H#!-+M5c/44NO!e4G>!2!F)"A'M"I%,!A"U+A3!/"-?3S++,q;o=!!#oWho7!oWg!"o=!jL
çom[pzo>!>_!;!;("49*8!L!.J^#P0^4cf!L"NefoPFo"!O!o#-e7K?.5o=-),54E0I(<!Q!g;AM!=";CMi=R!?!O*C0;4&.o?/)3MA^7H'=%<"!1S!S5!5"7Y5b!
ños9p4p!!o~oA!!q9o?!!W;<F0S4d![!o09SQ!C!p-oE!!p&"BcDT!I!Y3E?:p<oc5!E(A,=((!1!--!+j!'<OBN!7!C)C);).!3!/.&,h!%;M?
íe&o"!!q9oC!!q8&o9q^lnoG!o9m
óot2qU'o!!oNFcf!L"NefoPFo"!o(!oLEie!M"KgeoJE2o%PW!i>CN!<">ANg<T!Q!g;AM!=";CMi=&&q5lnoG!o9m
öot2qU'o!!oNFcf!L"NefoPFo"!o(!oLEie!M"KgeoJE2o%PW!i>CN!<">ANg<T!Q!g;AM!=";CMi=.ouq;=!E6!."0G4>!?!G3!/"-E5.pl!=!I6!."0K4>!;!K3!/"-I5
üos9q)%Y!o.:MR!D!p.oC!!p'"?eCZ!G!a2CB!8!p!oG!!q8oA!!X9;D/Q3.o/qi=!E6!."0G4>!?!G3!/"-E5.pp!9!I6!."0K4:!?!G3!/"-E5
äojJpf'Y!o*6UH!>"8KBa4o#*J#W&a&?*!,!#"296M.D!E!Y+A3(+o=07:mBo40R!G!o#)e7OG!?!p5oA!!H#!-+M5c/44NO!e4G>!2!F)"A'M"I%,!A"U+A3!/"-?3S+.p#q==!E6!."0G4>!?!G3!/"-E5.pp!9!I6!."0K4:!?!G3!/"-E5
ßozNo+!!q5"B[Po@:h!i!o@9eM!?"?cMT)!%m"o0S!I"?YOo:;f!o-!!Ro'![!iB!<"<o!B]!b!!RN!C!S4?<!2":cBX!U!k?!;!q0
Äp2*:!q-r:oe!q-r9oQ!fo9qC!fo8-qkokLb1:4D1>4D5E0;5C09Ha.pXq/9!I4!0"0K4:!?!K3!/"/I3.pl!=!E4!0"0G4>!?!G3!/"/E3
Öp@2rN%o6!opNo.o-!_"_o0o-orPo7!o8!orOo0o,!^"^o.o,opM2o5Ve!o<@ad!N"P^bo:Bb!c!o:A^a!O"Maao<A.p(r6=!E4!0"0G4>!?!G3!/"/E3.pl!=!I4!0"0K4>!;!K3!/"/I3
Üp:8rB'o.!o_Dkb!H!proG!!pm"9OIo,7Z![!o(8OJ!:!pnoK!!pq"Gkao_C.6rn=!E4!0"0G4>!;!K3!/"/I3.pl!9!I4!0"0K4:!?!G3!/"/E3
Éos.o+!!r:s?!!Qr(!!oFqo!!Qqm!!oHr.!!S&q7r_ho"oK!o9o!
`
