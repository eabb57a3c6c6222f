-- AlterTable
ALTER TABLE "dead_letter" ADD COLUMN     "confidence" TEXT NOT NULL DEFAULT 'likely',
ADD COLUMN     "earlier_deaths" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "is_pointer" BOOLEAN NOT NULL DEFAULT false;
