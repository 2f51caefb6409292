export { cardsWithin, type CardLimits, type CardsOf } from './cards-of.ts';
