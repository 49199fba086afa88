/** Organisms of the field's nuclei, by their number in the NCBI Taxonomy (https://www.ncbi.nlm.nih.gov/taxonomy). */
export interface Taxon {
  readonly taxonId: number;
  readonly name: string;
  readonly commonName: string;
}

const taxon = (taxonId: number, name: string, commonName: string): Taxon => ({ taxonId, name, commonName });

export const taxa: readonly Taxon[] = [
  taxon(10090, "Mus musculus", "house mouse"),
  taxon(9606, "Homo sapiens", "human"),
  taxon(10116, "Rattus norvegicus", "rat"),
  taxon(7955, "Danio rerio", "zebrafish"),
  taxon(7227, "Drosophila melanogaster", "fruit fly"),
  taxon(6239, "Caenorhabditis elegans", "roundworm"),
  taxon(3702, "Arabidopsis thaliana", "thale cress"),
  taxon(8355, "Xenopus laevis", "African clawed frog"),
  taxon(8364, "Xenopus tropicalis", "western clawed frog"),
  taxon(9031, "Gallus gallus", "chicken"),
  taxon(9823, "Sus scrofa", "pig"),
  taxon(9913, "Bos taurus", "cattle"),
  taxon(9986, "Oryctolagus cuniculus", "rabbit"),
  taxon(9544, "Macaca mulatta", "rhesus monkey"),
  taxon(9541, "Macaca fascicularis", "crab-eating macaque"),
  taxon(9483, "Callithrix jacchus", "marmoset"),
  taxon(8090, "Oryzias latipes", "medaka"),
  taxon(7070, "Tribolium castaneum", "red flour beetle"),
  taxon(317513, "Parhyale hawaiensis", "beachhopper"),
  taxon(7719, "Ciona intestinalis", "vase tunicate"),
  taxon(59560, "Phallusia mammillata", "warty sea squirt"),
  taxon(6359, "Platynereis dumerilii", "ragworm"),
  taxon(45351, "Nematostella vectensis", "starlet sea anemone"),
  taxon(6087, "Hydra vulgaris", "freshwater polyp"),
  taxon(79327, "Schmidtea mediterranea", "planarian"),
  taxon(7668, "Strongylocentrotus purpuratus", "purple sea urchin"),
  taxon(4932, "Saccharomyces cerevisiae", "baker's yeast"),
  taxon(4896, "Schizosaccharomyces pombe", "fission yeast"),
  taxon(4577, "Zea mays", "maize"),
  taxon(4081, "Solanum lycopersicum", "tomato"),
  taxon(3218, "Physcomitrium patens", "spreading earthmoss"),
  taxon(3197, "Marchantia polymorpha", "liverwort"),
];

/** By scientific or common name, in any case. */
export const taxonOf = (text: string): Taxon | null => {
  const wanted = text.trim().toLowerCase();
  return taxa.find(({ name, commonName }) => [name, commonName].some((one) => one.toLowerCase() === wanted)) ?? null;
};
