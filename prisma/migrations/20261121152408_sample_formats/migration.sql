-- AlterTable
ALTER TABLE "schema_sample" ADD COLUMN     "formats" TEXT[] DEFAULT ARRAY[]::TEXT[];
