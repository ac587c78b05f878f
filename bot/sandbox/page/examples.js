// A few mails to start from when one writes as a customer.

export const EXAMPLES = [
  {
    name: "Mia Sommer", from: "mia.sommer@glashaus.example", subject: "Sensor arrived broken",
    text: "Hello,\n\none of the six humidity sensors of order LS-20571 arrived with a cracked case and does not start.\nCan you send a replacement this week, and do I have to return the broken one?\n\nBest regards\nMia Sommer",
  },
  {
    name: "Henrik Dahl", from: "henrik.dahl@nordgroent.example", subject: "All gateways offline",
    text: "Hi,\n\nall four of our gateways went offline ten minutes ago and nobody can see the frost alarms. It is minus six here tonight, this is urgent.\nPlease call me at +45 32 12 34 56.\n\nHenrik",
  },
  {
    name: "Claire Fontaine", from: "claire@serres-du-midi.example", subject: "Facture en double",
    text: "Bonjour,\n\nj'ai reçu deux fois la facture INV-3412 et les deux montants ont été prélevés.\nPouvez-vous me rembourser le second ?\n\nCordialement\nClaire Fontaine",
  },
  {
    name: "Sam Carver", from: "sam@urbanleaf.example", subject: "Prices for 120 sensors",
    text: "Hi there,\n\nwe are opening two vertical farms in spring and need about 120 sensors and the dashboard for 15 people.\nWhat would that cost per year, and do you offer a trial?\n\nSam",
  },
];
