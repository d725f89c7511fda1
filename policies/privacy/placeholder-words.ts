// The word inside a placeholder, and what it becomes when a model translates the text around it.

/** Longer types are cut after a whole word, so that every placeholder stays within MAX_PLACEHOLDER_LENGTH. */
const MAX_WORD = 24;

/** `EMAIL`; `UK_UNIQUE_TAXPAYER` of `UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER`. */
export function wordOf(type: string): string {
  if (type.length <= MAX_WORD) return type;
  const cut = type.lastIndexOf('_', MAX_WORD);
  return type.slice(0, cut > 0 ? cut : MAX_WORD);
}

/** Of the types that answers in other languages are likely to name. Accents and case do not count. */
const TRANSLATIONS: Readonly<Record<string, string>> = {
  PERSON:
    'persona personne pessoa persoon osoba persoană személy osoba kişi henkilö персона человек лицо особа людина πρόσωπο 人 人物 个人 個人 人员 사람 인물 개인 شخص אדם व्यक्ति orang người',
  EMAIL:
    'e-mail mail courriel correo correo_electrónico e-mail-adresse email_address poczta posta e-posta sähköposti почта имейл емейл электронная_почта 邮箱 邮件 电子邮件 電子郵件 電郵 メール 이메일 بريد',
  PHONE:
    'telefon teléfono téléphone telefono telefone telefoon telefoonnummer telefonnummer phone_number puhelin телефон τηλέφωνο 电话 電話 电话号码 電話番号 전화 전화번호 هاتف telepon',
  ADDRESS:
    'adresse anschrift dirección indirizzo endereço adres adresă cím osoite адрес адреса διεύθυνση 地址 住所 주소 عنوان alamat',
  LOCATION:
    'ort standort lugar ubicación lieu luogo posizione local localização plaats locatie miejsce lokalizacja место местоположение локация 地点 地點 位置 場所 장소 위치',
  ORGANIZATION:
    'organisation organización organizzazione organização organisatie organizacja firma empresa entreprise организация компания 组织 組織 机构 公司 조직 회사',
  DATE_OF_BIRTH:
    'geburtsdatum fecha_de_nacimiento date_de_naissance data_di_nascita data_de_nascimento geboortedatum data_urodzenia дата_рождения 出生日期 生年月日 생년월일',
  DATE_TIME: 'datum fecha date data дата 日期 日付 날짜',
  CREDIT_CARD:
    'kreditkarte tarjeta_de_crédito carte_de_crédit carte_bancaire carta_di_credito cartão_de_crédito creditcard karta_kredytowa кредитная_карта карта 信用卡 クレジットカード 신용카드',
  IP_ADDRESS:
    'ip-adresse dirección_ip adresse_ip indirizzo_ip endereço_ip adres_ip ip-адрес ip地址 ipアドレス ip_주소',
  API_KEY:
    'api-schlüssel clave_api clave_de_api clé_api chiave_api chave_api chave_de_api api-sleutel klucz_api ключ_api api密钥 apiキー api_키',
  PASSWORD:
    'passwort kennwort contraseña mot_de_passe parola_chiave senha wachtwoord hasło пароль 密码 密碼 パスワード 비밀번호',
  USERNAME:
    'benutzername nombre_de_usuario nom_utilisateur nome_utente nome_de_usuário gebruikersnaam имя_пользователя 用户名 ユーザー名 사용자_이름',
  URL: 'adresse_url enlace lien link ссылка 网址 链接 リンク',
  CUSTOMER_ID:
    'kundennummer número_de_cliente numéro_client codice_cliente klantnummer номер_клиента 客户编号 顧客番号',
  BANK_ACCOUNT_NUMBER:
    'kontonummer número_de_cuenta numéro_de_compte numero_di_conto rekeningnummer номер_счёта 账号 口座番号',
  PASSPORT:
    'reisepass pasaporte passeport passaporto passaporte paspoort paszport паспорт 护照 パスポート 여권',
};

const NOT_LETTER = /[\p{M}\p{P}\p{S}\p{Z}]/gu;

/** What counts of a word: its letters, upper case, without accents. `us ssn` and `US_SSN` are one word. */
export const lettersOf = (word: string): string =>
  word.normalize('NFD').replace(NOT_LETTER, '').normalize('NFC').toUpperCase();

/** One letter of such a word as it is compared, one code unit or two; '' for what is none. */
export const foldLetter = (code: number): string =>
  code < 128 ? String.fromCharCode(code & ~32) : lettersOf(String.fromCharCode(code));

/** Translations of a placeholder's word, folded; without the word itself. */
export const translationsOf = (word: string): string[] =>
  (TRANSLATIONS[word] ?? '')
    .split(' ')
    .map(lettersOf)
    .filter((letters) => letters !== '');
