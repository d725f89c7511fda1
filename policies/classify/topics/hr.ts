// Words of employment: hiring, pay, leave, reviews, dismissal. As health.ts says.
import { defineTopic } from '../define-topic.ts';

export default defineTopic(
  { topic: 'hr', fixedPoints: 2, pointsPerWord: 0.07 },
  {
    3: `
    payroll salary salaries compensation severance onboarding offboarding pto paycheck* payday payslip* paystub* cv cvs
    recruiter* recruiting recruitment headhunt* applicant* jobseeker* interviewee* employee employees employer employers workforce headcount layoff* dismissal
    furlough* probation maternity paternity parental harassment grievance* appraisal* underperform* reprimand* resign resigned resignation
    timesheet* timecard* workday overtime promotion promoted demot* coworker* understaffed
    personalakt* gehalt* lohn lohne lohnabrechnung* kundig* bewerb* lebenslauf* arbeitszeugnis* abmahn* betriebsrat* arbeitnehmer* arbeitgeber* mitarbeiter* personalabteilung*
    elternzeit* mutterschutz* krankmeldung* urlaubsantrag* urlaubstag* arbeitsvertrag* vorstellungsgesprach* stellenanzeig* einstell* probezeit* mitarbeitergesprach*
    salaire* licenciement* embauche* recrutement* candidature* salarie* employeur* conge conges demission* curriculum
    salario* nomina despido* contratacion* contratar empleado* empleada* empleador* vacaciones vacante* renuncia* candidat* rrhh curriculo
    stipendi* licenziament* assunzion* dipendent* datore candidatur* dimission* colloquio
    demissao* demitid* contratacao funcionari* empregad* ferias salari* curriculo entrevista*
    salaris* ontslag* sollicit* werknemer* werkgever* medewerker* vakantiedagen verlof arbeidsovereenkomst* functioneringsgesprek*
    wynagrodzeni* zwolnieni* rekrut* pracowni* pracodawc* urlop* zatrudni* wypowiedzeni*`,
    2: `
    resume resumes accrued
    hr hire hired hires hiring fire fired wage wages staff staffing job jobs position positions candidate candidates interview interviews manager managers supervisor*
    leave absence vacation vacations bonus raise benefits pension retire retirement termination terminate terminated onboard performance review reviews feedback appraise
    colleague colleagues vacancy vacancies career careers workplace bullying discriminat* diversity union workers worker
    personal* stelle stellen chef chefin vorgesetzt* urlaub arbeit poste postes emploi* puesto* trabajo* trabajador* lavoro lavorator* emprego* trabalho trabalhador*
    sollicitant* praca prace stanowisk*`,
    1: `
    request requests requesting status balance
    days requested approve approved approval off schedule department team role contract work working company skills qualif* experience experienced
    training evaluat* goals employment`,
  },
);
