"""Knows columns by their names, in the languages and spellings that reports and lists use."""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from coachfollow.intake import values
from coachfollow.intake.words import Field

Vocabulary = Mapping[Field, tuple[str, ...]]

_HOURS = (
    "Duration (Hours)", "Duration (h)", "Hours Attended", "Attended Hours", "Hours", "Dauer (Stunden)", "Dauer (h)",
    "Dauer (Std.)", "Anwesenheit (Stunden)", "Stunden", "Std.", "Durée (heures)", "Durée (h)", "Heures",
    "Duración (horas)", "Duración (h)", "Horas",
)  # fmt: skip

_ABSENCE = (
    "Absent", "Absence", "No-show", "Abwesend", "Abwesenheit", "Gefehlt", "Absente", "Absent(e)", "Ausente",
    "Ausencia", "Nieobecny", "Nieobecność", "Assente", "Assenza",
)  # fmt: skip

# Of two names of one field in a header, the earlier in the list is taken: a usage report of Zoom names the host
# (“User Name”, “User Email”, “Duration (Minutes)”) before the participant.
_PERSON: Vocabulary = {
    Field.NAME: (
        "Name (Original Name)", "Nom (nom d’origine)", "Nom (nom original)", "Nombre (nombre original)",
        "Full Name", "Name (Last, First)", "Participant Name", "Attendee Name",
        "Employee Name", "Name", "Display Name", "Participant", "Attendee", "Employee", "Learner", "User Name",
        "Vollständiger Name", "Teilnehmername", "Anzeigename", "Teilnehmer", "Teilnehmende", "Teilnehmer/in",
        "Mitarbeiter", "Mitarbeiter/in", "Nom complet", "Nom et prénom", "Nom", "Participant(e)",
        "Nom d’utilisateur", "Nombre completo", "Nombre y apellidos", "Nombre", "Participante",
        "Nombre de usuario", "Imię i nazwisko", "Nazwisko i imię", "Nome e cognome", "Cognome e nome",
        "Nome completo", "Nome",
    ),
    Field.FIRST_NAME: ("First Name", "Given Name", "Forename", "Vorname", "Prénom", "Nombre de pila", "Imię"),
    Field.LAST_NAME: (
        "Last Name", "Surname", "Family Name", "Nachname", "Familienname", "Nom de famille", "Apellidos", "Apellido",
        "Nazwisko", "Cognome",
    ),
    Field.EMAIL: (
        "User Email (2)", "Email", "E-mail address", "User Email", "Work Email", "Attendee Email",
        "Participant Email", "Mail", "Mail address", "Business Email", "Primary Email", "E-Mail-Adresse",
        "Mailadresse", "Benutzer-E-Mail", "E-Mail des Benutzers", "Adresse e-mail de l’utilisateur",
        "E-mail de l’utilisateur", "Correo electrónico del usuario",
        "Adresse e-mail", "Adresse électronique", "Courriel", "Adresse de courriel", "Mél",
        "Correo electrónico", "Correo", "Dirección de correo electrónico",
    ),
    Field.UPN: (
        "Participant ID (UPN)", "UPN", "User Principal Name", "Teilnehmer-ID (UPN)", "ID de participant (UPN)",
        "ID du participant (UPN)", "Id. de participante (UPN)", "Identificador del participante (UPN)",
    ),
    Field.EXTERNAL_ID: (
        "External ID", "Employee ID", "Employee Number", "Employee No", "Personnel Number", "Staff ID",
        "Staff Number", "User ID", "Person ID", "Personalnummer", "Mitarbeiternummer", "Personal-Nr", "Matricule",
        "Número de empleado", "Id. de empleado",
    ),
    Field.MANAGER: (
        "Manager Email", "Manager (Email)", "Manager", "Line Manager", "Line Manager Email", "Supervisor",
        "Supervisor Email", "Vorgesetzte", "Vorgesetzter", "Vorgesetzte/r", "Führungskraft", "Responsable",
        "Responsable hiérarchique", "Supérieur hiérarchique", "Jefe", "Jefe directo",
    ),
    Field.TEAM: (
        "Team", "Team Path", "Department", "Organisation Unit", "Organizational Unit", "Org Unit", "Abteilung",
        "Organisationseinheit", "Équipe", "Département", "Equipo", "Departamento",
    ),
    Field.ZONE: ("Time Zone", "Zone", "TZ", "Zeitzone", "Fuseau horaire", "Zona horaria", "Huso horario"),
    Field.LOCALE: ("Locale", "Language", "Preferred Language", "Sprache", "Langue", "Idioma"),
    Field.WEEK: (
        "Working Week", "Work Week", "Working Hours", "Working Time", "Arbeitswoche", "Arbeitszeit", "Arbeitszeiten",
        "Semaine de travail", "Horaires de travail", "Semana laboral", "Horario laboral",
    ),
}  # fmt: skip

_PRESENCE: Vocabulary = {
    Field.JOINED: (
        "First Join", "First Join (UTC)", "Join Time", "Join Time (UTC)", "Time Joined", "Joined", "Joined at",
        "Erster Beitritt", "Beitrittszeit", "Beitrittszeitpunkt", "Beitreten", "Beigetreten", "Première connexion",
        "Première participation", "Heure de connexion", "Heure d’arrivée", "Heure de participation",
        "Primera unión", "Primer acceso", "Hora de unión", "Hora de entrada",
    ),
    Field.LEFT: (
        "Last Leave", "Last Leave (UTC)", "Leave Time", "Leave Time (UTC)", "Time Exited", "Left", "Left at",
        "Letztes Verlassen", "Verlassenszeit", "Zeitpunkt des Verlassens", "Verlassen", "Dernière déconnexion",
        "Dernier départ", "Heure de déconnexion", "Heure de départ", "Última salida", "Hora de salida",
    ),
    Field.MINUTES: (
        "Duration (Minutes) (2)", "In-Meeting Duration", "Total Duration (Minutes)", "Duration (Minutes)",
        "Time in Session (Minutes)", "Attendance Duration", "Attended Minutes", "Minutes Attended", "Minutes",
        "Duration", "Dauer in der Besprechung", "Dauer der Besprechung", "Besprechungsdauer", "Anwesenheitsdauer",
        "Dauer (Minuten)", "Gesamtdauer (Minuten)", "Minuten", "Dauer", "Durée de la réunion", "Durée (minutes)",
        "Durée totale (minutes)", "Durée", "Duración en la reunión", "Duración de la reunión",
        "Duración (minutos)", "Duración total (minutos)", "Minutos", "Duración", *_HOURS,
    ),
    Field.STATUS: (
        "Attendance Status", "Attendance", "Attended", "Present", "Status", "Anwesenheit", "Anwesend",
        "Teilgenommen", "Présence", "Présent", "Statut", "Asistencia", "Asistió", "Estado", "Obecność", "Obecny",
        "Presenza", "Presente", "Stato", *_ABSENCE,
    ),
    Field.ROLE: ("Role", "Rolle", "Rôle", "Rol", "Función"),
    Field.ACTION: (
        "User Action", "Action", "Benutzeraktion", "Aktion", "Action de l’utilisateur", "Action utilisateur",
        "Acción del usuario", "Acción de usuario",
    ),
    Field.TIMESTAMP: ("Timestamp", "Zeitstempel", "Horodatage", "Horodateur", "Marca de tiempo"),
    Field.WAITING: ("In Waiting Room", "Waiting Room", "Im Warteraum", "En salle d’attente", "En sala de espera"),
    Field.COACH: ("Coach Email", "Coach (Email)", "Coach"),
}  # fmt: skip

_EMPLOYMENT: Vocabulary = {
    Field.COUNTRY: ("Country", "Holidays", "Public Holidays", "Land", "Feiertage", "Pays", "Jours fériés", "País"),
    Field.REGION: ("Region", "Holiday Region", "State", "Province", "Bundesland", "Région", "Región", "Provincia"),
    Field.LEFT_ON: (
        "Left", "Left on", "Leaving Date", "Leave Date", "Last Day", "Exit Date", "End Date", "Termination Date",
        "Austritt", "Austrittsdatum", "Date de départ", "Date de sortie", "Fecha de baja", "Fecha de salida",
    ),
}  # fmt: skip

_IDENTIFYING = (Field.NAME, Field.FIRST_NAME, Field.LAST_NAME, Field.EMAIL, Field.UPN, Field.EXTERNAL_ID)

# These mean the whole name where they stand alone, and one half of it beside the other half.
_HALF_NAMES = {"name", "nom", "nombre", "nome"}


def key(name: str) -> str:
    """What is compared of a column name: letters and digits, without case and accents."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(char for char in plain if char.isalnum())


def _keyed(*vocabularies: Vocabulary) -> Vocabulary:
    names = {field: aliases for vocabulary in vocabularies for field, aliases in vocabulary.items()}
    return MappingProxyType({field: tuple(map(key, aliases)) for field, aliases in names.items()})


_COUNTING_HOURS, _OF_ABSENCE = frozenset(map(key, _HOURS)), frozenset(map(key, _ABSENCE))

ATTENDANCE = _keyed(_PERSON, _PRESENCE)
PEOPLE = _keyed(_PERSON, _EMPLOYMENT)


def unique(cells: Sequence[str]) -> tuple[str, ...]:
    """A header as names that can be told apart: a second “User Email” becomes “User Email (2)”."""
    times: Counter[str] = Counter()
    names: list[str] = []
    for number, cell in enumerate(cells, start=1):
        name = values.clean(cell) or f"Column {number}"
        times[key(name)] += 1
        again = times[key(name)]
        names.append(name if again == 1 else f"{name} ({again})")
    return tuple(names)


def known(header: Sequence[str], vocabulary: Vocabulary) -> dict[Field, int]:
    """The columns we know by name; none at all where no column could say who somebody is."""
    places = {key(name): index for index, name in reversed(list(enumerate(header)))}
    found: dict[Field, int] = {}
    for field, aliases in vocabulary.items():
        index = next((places[alias] for alias in aliases if alias in places), None)
        if index is not None:
            found[field] = index
    _halve_names(found, header)
    return found if any(field in found for field in _IDENTIFYING) else {}


def _halve_names(found: dict[Field, int], header: Sequence[str]) -> None:
    """“Name, Vorname” and “Nombre, Apellidos” are two halves, not a whole and a half."""
    halves = [field for field in (Field.FIRST_NAME, Field.LAST_NAME) if field in found]
    if len(halves) != 1 or Field.NAME not in found or key(header[found[Field.NAME]]) not in _HALF_NAMES:
        return
    missing = Field.LAST_NAME if halves == [Field.FIRST_NAME] else Field.FIRST_NAME
    found[missing] = found.pop(Field.NAME)


def counts_hours(name: str) -> bool:
    """Whether a bare number in the column of this name counts hours, and not minutes."""
    return key(name) in _COUNTING_HOURS


def counts_minutes(name: str) -> bool:
    """Whether the name of a column says that it counts minutes."""
    return "minut" in key(name) or key(name).endswith("min")


def tells_of_absence(name: str) -> bool:
    """Whether a mark in the column of this name says that somebody was not there."""
    return key(name) in _OF_ABSENCE


def told(header: Sequence[str], wanted: Mapping[Field, str]) -> dict[Field, int]:
    """The columns somebody chose, by name; none at all where one of them is missing."""
    places = {key(name): index for index, name in reversed(list(enumerate(header)))}
    found = {field: places.get(key(name), -1) for field, name in wanted.items()}
    return found if -1 not in found.values() else {}


def fingerprint(header: Sequence[str]) -> str:
    """Recognise the same header again, whatever its case, spaces and accents."""
    return hashlib.sha256("|".join(map(key, header)).encode()).hexdigest()[:32]
