// Words of law, courts and contracts. As health.ts says.
import { defineTopic } from '../define-topic.ts';

export default defineTopic(
  { topic: 'legal', fixedPoints: 2, pointsPerWord: 0.025 },
  {
    3: `
    antragsteller* beschwerdefuhr* beschwerdegegner* rechtsbeschwerde* rechtsmittel* verfugung* rechtskraft* erfindung* patentanspruch* gesetzgeber* tarifvertrag* recorrid* recorrente* acusad* autos reu reus ilicit* denuncia* inquerito* constitucional* jurisdiciona* trabalhista* tribunais penais improcedent*
    plaintiff* defendant* litigat* lawsuit* attorney* subpoena* affidavit* deposition* tort torts indemnif* indemnit* jurisdiction* appellant* appellee*
    statutor* jurisprud* habeas misdemeanor* felon* arbitrat* arbitral injuncti* estoppel solicitor* barrister* prosecut* acquit* convict* parole
    lessor* lessee* licensor licensee* covenant* herein hereinafter hereto hereof thereof hereby whereas notwithstanding severability
    nda gdpr dsgvo rgpd copyright* infring* patentab* fiduciar* easement* probate testator* bailiff
    klager* klage beklagt* gericht gerichts* urteil* rechtsanwalt* rechtsanwalte anwaltlich* staatsanwalt* bgb stgb zpo schadensersatz* haftung*
    vertragspart* gesetz gesetzes gesetzlich* paragraf* berufungs* revisions* rechtsprechung rechtsstreit* mandant* vollmacht* rechtlich* bverfg bgh satzung*
    tribunal* avocat* plaignant* jugement* juridique* contentieux prejudice assignation jurisprudence huissier*
    demandante* demandado* abogad* juzgad* sentencia* juridic* acusad* fiscalia querella* jurisprudencia recurso
    avvocat* tribunale querela imputat* giuridic* sentenza ricorso ricorrente convenut*
    advogad* processual reclamante* reclamad* desembargador* acordao* agravo* apelacao embargos stf stj tst juiz juiza relator ministerio
    rechtbank* advocaat* advocaten eiser* gedaagde* vonnis* gerechtshof juridisch* aansprakelijk*
    sadu sadow* pozew pozwan* powod* adwokat* wyrok* prawn* kodeks*`,
    2: `
    anspruch* antrag* senat kammer bescheid* revision beschwerde* verordnung* richtlinie* decisao crime crimes decreto* lei leis pena penas provas direitos
    court courts judge judges jury law laws lawyer* legal legally illegal liable liabilit* contract contracts contractual clause clauses agreement
    sue sued suing statute* treaty treaties constitution* testimony witness* verdict guilty crime crimes criminal offense offence penalty
    trademark* patent patents license licence compliance regulation* regulatory rights damages breach* negligen* settlement custody divorce* eviction
    evidence hearing appeal appeals arrest* police warrant* legislat* amendment* ordinance sovereign* ratif*
    vertrag* klausel* recht kundigungsfrist* frist straf* polizei* richter* verfahren* beschluss*
    contrat* loi lois droit juge justice clause penal* contrato* ley leyes derecho* juez jueza delito* penal clausula* proceso
    contratt* legge leggi diritto giudice reato penale processo lei direito* crime contrat* processo
    wetten recht rechter overeenkomst* contract strafbaar umow* ustaw* sedzi* prawo`,
    1: `
    party parties section article articles term terms provision* obligat* duty right claim claims act rule rules case cases order state states federal
    owner property lease tenant landlord rent sign signed signature consent
    artikel partei* absatz artigo paragrafo articulo articolo`,
  },
);
