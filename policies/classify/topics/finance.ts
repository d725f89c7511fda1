// Words of money: accounts, payments, accounting, taxes, investing. As health.ts says.
import { defineTopic } from '../define-topic.ts';

export default defineTopic(
  { topic: 'finance', fixedPoints: 2, pointsPerWord: 0.07 },
  {
    3: `
    mastercard overdrawn cashback amex paypal payout* reimburs* budgeting invoiced taxpayer* accountant* accountanc* lender* borrower* escrow
    mortgage* dividend* ebitda accrual* accrued amortiz* amortis* depreciation receivable* payable* ledger* bookkeep* invoice* invoicing audit auditor* auditing
    overdraft* refinanc* creditor* debtor* bankrupt* solvency liquidity shareholder* stockholder* equity equities securities portfolio* hedge hedging
    brokerage bond bonds treasury ipo roi irr npv cashflow gaap ifrs fiscal quarterly earnings payroll ira apr apy
    iban swift bic routing wire deposit deposits deposited withdrawal* withdraw withdrew atm payee payees remittance* chargeback* refund* topup
    cryptocurrenc* bitcoin ethereum forex taxable deductib* deduction withholding vat underwrit* actuar* annuit* premium*
    konto kontos kontostand* uberweis* lastschrift* rechnung* buchhalt* bilanz* steuererklarung* finanzamt* umsatzsteuer* einkommensteuer* kredit* hypothek* darlehen*
    dividende* aktie aktien aktionar* depot zinsen zinssatz umsatz* jahresabschluss*
    virement* facture* comptab* impot* hypotheque* bilan tresorerie actionnaire* bourse prelevement* remboursement*
    hipoteca* factura* transferencia* contab* impuesto* prestamo* accionista* saldo bolsa nomina
    bonifico* fattur* contabil* mutuo imposte azionist* bilancio prestito
    fatura* contabil* imposto* emprestimo* acionista* boleto pix
    hypothe* factuur* facturen boekhoud* belasting* overschrijv* aandeelhouder* lening*
    kredyt* faktur* ksiegow* podatek podatk* przelew* akcj* konta`,
    2: `
    visa accounting transact* cashier* deduct* owe owed owing repay* repaid salary
    bank banks banking account accounts payment payments paying paid pay transaction transactions transfer transferred transfers transferring loan loans credit debit card cards
    tax taxes interest revenue* profit profits expense* budget* invest* investor* stock stocks fund funds funding financ* asset assets debt debts cash currency currencies
    exchange fee fees charged charge charges cheque check checks checking savings bill bills billing balance statement* income price dollars dollar usd eur euros gbp pounds
    capital cost costs valuation valued inventory insur* merger* acquisition* spending money limit 
    bank* zahlung* geld steuer* gehalt betrag kosten preis euro versicherung* banque* compte* paiement* argent banco* cuenta* pago* dinero banca conto pagament* soldi
    conta pagament* dinheiro betaling* rekening* geld bank pieniadz* platnosc*`,
    1: `
    declined pending virtual transfer funds
    market markets rate rates business company companies corporation corporate annual year sale sales sold purchase purchased value amount total number million billion percent
    net gross margin growth quarter forecast`,
  },
);
