/* A key that was made for these tests alone (openssl genrsa 2048), and what the openssl command
 * line signs with it; RS256 is deterministic. Header and claims are in base64url:
 *
 *     openssl dgst -sha256 -sign key.pem < header.claims
 */
#pragma once

#define GCP_EMAIL "cm@kyma-project.iam.gserviceaccount.com"
/* `line` is what stands between two lines: a line feed, or its escape in JSON. */
#define GCP_KEY_OF(line)                                                                           \
	"-----BEGIN PRIVATE KEY-----" line                                                         \
	"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC3NnUog0s5RVJS" line                    \
	"E89KVAKoSTz6tMffcpyHXrBGNiyHTVj7SvRHPO7hOdAcRP9COrbK7ypQmleDsNUM" line                    \
	"YIGugVVyJA8Ipzb2y5Myo1nFgI7D0yboHt9MjvCxOwQYaO67a67lfBed2RfQ3ZJH" line                    \
	"SxQAI0qouGgpBI00nNP9wEYOIUxKaYQWyrCL8sgX9B6HhT0irsO+FxDNOT3Uk4Lb" line                    \
	"2t0rxwvxoxgYhUO3PXUNc59PuEwO0csmUl4SBCFqrV4DCeXLrGDb7MLQuEXoFayY" line                    \
	"MewyBJsCbjsLzJXbyJJftcvb/6W1skJTbappHDKHUZFxleP+OSF/K0laX8yXE7s5" line                    \
	"MKh4TrT1AgMBAAECggEAPkbXmjbO6h/DNL0hGC3oXVXP0ZSD4FNwG5+3IZammjNT" line                    \
	"jM/UqyZuOMbTE9jsP5H/somLg6yDFPOV58giLLQv3EWfipx0VX2rgmn+SOFDJhNv" line                    \
	"RTXBR5/K9yONZ9K7W5/l6oG88V3q94dpgqxllwpoBWPxnAe9C+ZHNRkXdxQgf6Y7" line                    \
	"OKpY36E5mSj3M/d7Lj39F8IdmuftKaAUpaSa4MyiGMm8EUyr9/pLmxAkGiH84Tse" line                    \
	"A06Dt/qFKwIG15RUGmrGPX2snpo5vgSjwUQADJ7tkzUl1MwhR3pP7A+BG26JkTbl" line                    \
	"khZWsJlovX96G11OLcMbLwlEq+cz1xlUDXv89qU83QKBgQD9sqsVmSufEoQySKmt" line                    \
	"edDl6uIS5XQxTKKGr0AGTw1+oPx96ovjKdII0b1QEwp5kmzlOMbbbXoqv/oTn2h1" line                    \
	"RqIjam2C0QEPlQk6/ZDFy9kiYMSCyf/r4KqeJGK7Ef8WstSr6qtTL6J0bBTAnsE8" line                    \
	"YD6mys2khM3cuS1SzZV9AeWkOwKBgQC44A37eooaNDx+USUAtNbLlzTiXAxAJTDL" line                    \
	"kVChr4K86KFOZzG0zUmM1Lz5COtiCZHCQ640EYjhsy3RB7ff+vgNeVu9TQiOy8aW" line                    \
	"p33SK2Phr9LqvZaVUsqrVfUP0CGexOWrLMMc/EUPlVtpPUvaBNBroDc4FiqMofsC" line                    \
	"voGwBfBojwKBgGhqCan5AZAV0dzUNSmV0lleg69dSqYjsVyXclVmYdp1LZYxW2Oi" line                    \
	"SbShhjYXsB77GeB5rraO51IC80zyNc7WxFKpMes+VB5yq3rg853E2Vgh1Z8yvib5" line                    \
	"r58owI3XyVIxRgB/tAWnvEgIV74zWLqdrgt9uod0tTmb6UCEJntttXMTAoGBAKv3" line                    \
	"deojbQy85DxXfITwshBEwWOBXb/ZGE9zBz6uxHy2Iz2LzfexMSY3yOQZgOH7psK+" line                    \
	"M++pE9tl0Utr04UbrNrTtRsb6cbyE/KVL/tscwc+hoHmAok5rt27Ii4oWu2Vl1En" line                    \
	"XQK8Qf0h4Bq/cqwE6F4EdPjN3ZxdG+DMllPG4n5PAoGADCRVduejx+7GGRGFFNqh" line                    \
	"baoc+CpQdsxNFKgbCxfPor6Crczg0qFe/C20D8ELJSTO3k/d3yy/9RsCIhcJ/BgY" line                    \
	"Ie+a356N1rQ3ZzlP/UWswRO8JLOG3CDg+v9RL9krp56aVSmoc8qK3CGJfuzRB2T9" line                    \
	"4z7O8O/vVXlrwnRwNQjT1q4=" line "-----END PRIVATE KEY-----" line
#define GCP_KEY GCP_KEY_OF("\n")

/* iat 1767323045, exp an hour later, kid k-1, for the scope cloud-platform. */
#define GCP_JWT                                                                                    \
	"eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImstMSJ9.eyJpYXQiOjE3NjczMjMwNDUsImV"         \
	"4cCI6MTc2NzMyNjY0NSwiaXNzIjoiY21Aa3ltYS1wcm9qZWN0LmlhbS5nc2VydmljZWFjY291bnQuY29"         \
	"tIiwiYXVkIjoiaHR0cHM6Ly9vYXV0aDIuZ29vZ2xlYXBpcy5jb20vdG9rZW4iLCJzY29wZSI6Imh0dHB"         \
	"zOi8vd3d3Lmdvb2dsZWFwaXMuY29tL2F1dGgvY2xvdWQtcGxhdGZvcm0ifQ.tVKtu7CpYysAR12xFxU3"         \
	"XO1vcYdgOsqASFlbAoMsmEgNUjXDjR_JJecimCZm-3fkJL1SqOzQKRkP1DxdY-u_4Wy3Qw_oKr2vLuoC"         \
	"mPx1VBrwpv1XzgA6eqMvoDtJ5FtbaQujc_wlv0NUX8HfO3-5uf1lnG9rZQWrrkofATzu3DNjcOpFzsaD"         \
	"lpIZhc_YVQ-yoP-d2uOWSUbZa-4-sXMzXslh-0eJml0d_YKAWlAIwj521quI5MoFipOY1b8WmTR_fLbv"         \
	"zrak1SUsGyhpuOBKRxk18rDtEmikjSo1xv4B61vUc90k8pRvvayXqWWRQRGvu34PYZhPBUUxem9XVTf5"         \
	"Uw"

/* A file of that key, exchanged at `url`. */
#define GCP_KEY_FILE(url)                                                                          \
	"{\"type\":\"service_account\",\"project_id\":\"kyma-project\",\"private_key_id\":\"k-"    \
	"1\","                                                                                     \
	"\"private_key\":\"" GCP_KEY_OF("\\n") "\",\"client_email\":\"" GCP_EMAIL                  \
					       "\",\"client_id\":\"1\",\"token_uri\":\"" url "\"}"
