// Words of medicine and of patients. Lower case, without accents; `*`: any ending. By how much each says; English, German, French,
// Spanish, Italian, Portuguese, Dutch, Polish.
import { defineTopic } from '../define-topic.ts';

export default defineTopic(
  { topic: 'health', fixedPoints: 1, pointsPerWord: 0.04 },
  {
    3: `
    coronar* aorta aortic bronch* esophag* oesophag* systol* diastol* laryng* trachea* femur tibia clavicle* glycogen hypothalam* cerebell* ventric* catheter* sepsis septic triage inpatient* outpatient* radiolog* patholog* paralys* seizure* palliativ* hospice*
    diagnosed diagnosis diagnoses prognosis chemotherap* radiotherap* oncolog* metasta* carcinom* lymphom* leukaemi* leukemi* tumor* tumour*
    diabet* insulin hypertens* hypotens* cardiolog* cardiac myocard* arrhythmi* fibrillation aneurysm* psychiatr* psychotherap*
    antidepressant* antibiotic* antiviral* ibuprofen paracetamol metformin prescription prescribed prescribe dosage biopsy mri ultrasound ecg ekg
    epilep* asthma* copd pneumoni* hepat* cirrho* nephr* dialysis hiv covid* sars influenza malaria tubercul* syphilis gonorrh*
    pregnan* miscarr* abortion ivf gynecolog* gynaecolog* obstetric* pediatric* paediatric* neonat* anesthe* anaesthe* surgeon*
    dementia alzheimer* parkinson* schizophren* bipolar autis* adhd anorexi* bulimi* ptsd icd pathogen* pathophysiolog* etiolog* comorbid*
    edema oedema dyspnea dyspnoea tachycard* bradycard* hematolog* haematolog* hemoglobin haemoglobin platelet* leukocyt* creatinine
    hiatal gastr* colonoscop* endoscop* appendicitis arthritis osteopor* thyroid* hypothyroid* hyperthyroid* dermat* eczema psoriasis
    patientin patientinnen krankenhaus* krankenkasse* krankheit* erkrank* diagnost* befund* arztbrief* blutdruck* bluthochdruck* schwangerschaft*
    medikament* schmerz* untersuchung operiert chirurg* notaufnahme krebs psychisch* impfung* rezeptpflicht* allergie* anamnese*
    maladie* hopital* medicament* grossesse ordonnance douleur* cancer* chirurgi* symptom* infirmi* malade
    enfermedad* embarazo* sintoma* medicament* diabetes hospitaliz* urgencias antecedentes tratamiento exploracion analitica ecografia
    cirugia* quirurgic* lesion* biopsia radiograf* farmac* malatti* gravidanz* sintom* ricover* ospedal* farmac* referto
    doenca* gravidez sintoma* hospitalar enfermeir* remedio* exame* ziekte* ziekenhuis* zwanger* klachten huisarts medicijn* behandeling
    chorob* szpital* lekarz* leczeni* objaw* ciaz* pacjent* recept* zabieg* nowotw* cukrzyc*`,
    2: `
    stroke strokes glucose lipid* enzyme* reflex* arterial venous cranial abdom* pelvi* airway anatom* infarct* obstruct* lesion* deficien* sugar
    patient patients medical medicine medicines medication* physician* doctor doctors hospital* clinic clinical nurse nurses nursing symptom symptoms
    treatment therap* surgery surgical vaccin* immuni* infection* disease diseases disorder* syndrome* allerg* cholesterol calori* vitamin*
    blood vein artery arteries lung lungs kidney* liver bladder uterus breast fever nausea vomit* diarrh* headache* migraine* pain chronic acute
    depression anxiety suicid* addiction overdose rehab* obes* nutrition dietary nutrient* protein* hormon* gene genetic mutation* virus* viral bacteri* antibod*
    cancer injur* fracture* wound* muscle* nerve nerves spinal skeletal tissue bone bones urine dental dentist
    arzt arztin arzte klinik* pflege* therapie* symptome impf* krank gesundheit* praxis
    medecin* sante patient patiente traitement* soins vaccin* clinique
    paciente* medico* medica salud clinic* fiebre dolor hospital* diagnostic* enfermer*
    paziente pazienti salute cura medico clinica febbre dolore saude febre dor hospital
    patienten artsen gezondheid* zorg pijn koorts dokter* zdrowi* goraczk*`,
    1: `
    health healthy care cell cells dose doses test tests exam skin heart brain stomach sleep weight age aging sick illness recover* risk mortality
    body organ organs mental physical exercise diet eat food smoking alcohol drug drugs herz blut magen corazon sangre coeur sang cuore cuerpo`,
  },
);
